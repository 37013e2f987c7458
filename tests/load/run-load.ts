import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type LoadFigures, loadTest, mib } from './load-test.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '20' },
    people: { type: 'string', default: '50' },
    images: { type: 'string', default: '40' },
    model: { type: 'string', default: 'sam2-hiera-tiny' },
    think: { type: 'string', default: '4000' },
    seed: { type: 'string', default: '7' },
    json: { type: 'boolean', default: false },
  },
});

const options = {
  minutes: Number(values.minutes),
  people: Number(values.people),
  images: Number(values.images),
  model: values.model,
  thinkMs: Number(values.think),
  seed: Number(values.seed),
};
const figures = await loadTest({ ...options, onProgress: (text) => process.stderr.write(`${text}\n`) });
process.stdout.write(values.json ? `${JSON.stringify({ options, figures })}\n` : tableOf(figures));
process.exitCode = figures.errors.length + figures.missing.length === 0 && isFlat(figures) ? 0 : 1;

/** A tenth more than early on is noise of caches; a leak grows on. */
function isFlat({ memoryBytes: { early, late } }: LoadFigures): boolean {
  return late <= early * 1.1;
}

function tableOf(figures: LoadFigures): string {
  const { actions, memoryBytes, errors, missing } = figures;
  const rows = actions.map(
    ({ action, count, p50Ms, p95Ms, p99Ms }) =>
      `| ${action} | ${count} | ${Math.round(p50Ms)} | ${Math.round(p95Ms)} | ${Math.round(p99Ms)} |`,
  );
  return `${options.people} people, ${options.images} images, ${options.model}, ${cpus().length} processors, ${Math.round(figures.seconds)} s

| action | times | p50 ms | p95 ms | p99 ms |
| --- | --- | --- | --- | --- |
${rows.join('\n')}

prompts a second: ${figures.promptsPerSecond.toFixed(1)}; objects a minute: ${figures.objectsPerMinute.toFixed(1)}
sent back for a moment: ${figures.refusals}; errors: ${errors.length}; acknowledged and missing: ${missing.length}
memory of server and children: ${mib(memoryBytes.early)} MiB early, ${mib(memoryBytes.late)} MiB late, ${mib(memoryBytes.most)} MiB at most
${[...new Set(errors), ...missing].slice(0, 20).join('\n')}
`;
}
