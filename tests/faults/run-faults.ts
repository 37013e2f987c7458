import { parseArgs } from 'node:util';
import { type FaultOutcome, tableOf, triesOf } from './fault.ts';
import { browserKills } from './kill-browser.ts';
import { killFaults } from './kills.ts';
import { situationFaults } from './situations.ts';

const { values } = parseArgs({
  options: {
    tries: { type: 'string', default: '200' },
    seed: { type: 'string', default: '11' },
    only: { type: 'string' },
  },
});

const faults = [...killFaults, browserKills, ...situationFaults].filter(
  ({ name }) => values.only === undefined || name.includes(values.only),
);
const outcomes: FaultOutcome[] = [];
for (const [index, fault] of faults.entries()) {
  const reason = fault.cannot();
  if (reason !== null) {
    process.stderr.write(`not tried: ${fault.name}: ${reason}\n`);
    continue;
  }
  const outcome = await fault.run({
    tries: triesOf(fault, Number(values.tries)),
    seed: Number(values.seed) + 100 * index,
    onProgress: (text) => process.stderr.write(`${text}\n`),
  });
  outcomes.push(outcome);
  for (const line of [...outcome.lost, ...outcome.damaged]) process.stderr.write(`  ${line}\n`);
}
process.stdout.write(tableOf(outcomes));
const isClean = outcomes.every(({ lost, damaged }) => lost.length + damaged.length === 0);
process.exitCode = isClean && outcomes.length > 0 ? 0 : 1;
