// Prints the table of docs/monitoring.md: what the score detector sees, how soon, and how often it is wrong.
import { detectionDelays, falseAlarms } from '../packages/core/src/testing/simulate-drift.ts';

const mean = 0.88;
const scores = 1_000_000;
const runs = 300;

process.stdout.write(
  '| standard deviation | false alarms in 1,000,000 | fall of the mean | median delay | not seen |\n',
);
process.stdout.write('| --- | --- | --- | --- | --- |\n');
for (const sd of [0.06, 0.12, 0.18]) {
  const alarms = falseAlarms({ seed: 11, mean, sd }, scores);
  for (const fall of [0.03, 0.05, 0.1, 0.2]) {
    const delays = detectionDelays({ seed: 23, mean, sd }, { fall, steady: 1000, runs });
    const seen = delays.filter((delay) => delay !== null).sort((a, b) => a - b);
    const median = seen[Math.floor(seen.length / 2)] ?? '-';
    process.stdout.write(`| ${sd} | ${alarms} | ${fall} | ${median} | ${runs - seen.length} of ${runs} |\n`);
  }
}
