import type { Block } from '../document/report-document.ts';
import type { SlurmJob, StudyEnvironment } from '../study/study.ts';
import { type Chapter, missingOf, type ReportContext, serveCommand, tableOf } from './report-context.ts';

/** The machine: what `doctor` saw, and the SLURM job if there is one. */
export const environmentChapter: Chapter = (context) => {
  const { indexed, text } = context;
  const { environment } = indexed.study;
  if (environment === null) {
    return [missingOf(text('environment.missing'), text('environment.missing-how'))];
  }
  const rows = [...machineRows(environment, context), ...slurmRows(environment.slurm, context)];
  const problems = environment.problems.map((problem) => [text('environment.problem'), problem]);
  return [propertyTable(text('environment.caption'), [...rows, ...problems], context)];
};

function propertyTable(
  caption: string,
  rows: readonly (readonly string[])[],
  { text }: ReportContext,
): Block {
  return tableOf(
    caption,
    [
      [text('property'), 'start'],
      [text('value'), 'start'],
    ],
    rows,
  );
}

function machineRows(
  { system, versions, processor, memory, providers }: StudyEnvironment,
  { text, formats }: ReportContext,
): string[][] {
  const known = (version: string | null): string => version ?? '–';
  const total = formats.bytes(memory.totalBytes);
  return [
    [
      text('environment.software'),
      text('environment.software-value', {
        calque: versions.calque,
        node: versions.node,
        onnxruntime: known(versions.onnxruntime),
        sharp: known(versions.sharp),
      }),
    ],
    [text('environment.system'), system],
    [
      text('environment.processor'),
      text('environment.processor-value', {
        model: processor.model,
        architecture: processor.architecture,
        cores: processor.physicalCores,
        threads: processor.logicalCores,
      }),
    ],
    [
      text('environment.memory'),
      memory.limitBytes === null
        ? total
        : text('environment.memory-limit', { total, limit: formats.bytes(memory.limitBytes) }),
    ],
    ...(providers.length === 0
      ? []
      : [[text('environment.accelerator'), providers.some(isAccelerator) ? text('yes') : text('no')]]),
    ...providers.map(({ name, ok, reason }) => [
      text('environment.provider', { name }),
      ok
        ? text('environment.provider-ran')
        : text('environment.provider-failed', { reason: reason?.split('\n', 1)[0] ?? '–' }),
    ]),
  ];
}

function isAccelerator({ name, ok }: StudyEnvironment['providers'][number]): boolean {
  return ok && name !== 'cpu';
}

function slurmRows(job: SlurmJob | null, { text }: ReportContext): string[][] {
  if (job === null) return [[text('environment.slurm'), text('environment.slurm-none')]];
  const id = job.name === null ? job.id : `${job.id} (${job.name})`;
  const known = (value: string | null): string => value ?? '–';
  return [
    [text('environment.slurm'), text('environment.slurm-value', { id, node: known(job.node) })],
    [text('environment.slurm-partition'), known(job.partition)],
    [
      text('environment.slurm-resources'),
      text('environment.slurm-resources-value', {
        cpus: known(job.cpus),
        gpus: known(job.gpus),
        memory: known(job.memory),
      }),
    ],
  ];
}

/** Port and tunnel. */
export const accessChapter: Chapter = (context) => {
  const { indexed, text } = context;
  const access = indexed.study.environment?.access ?? null;
  if (access === null)
    return [missingOf(text('access.missing'), text('measures.missing-how'), serveCommand(context))];
  const rows = [
    [text('access.port'), `${access.host}:${access.port}`],
    [text('access.answered'), access.answered ? text('yes') : text('no')],
  ];
  return [
    propertyTable(text('access.caption'), rows, context),
    { kind: 'paragraph', content: [{ kind: 'text', text: colon(text('access.tunnel'), context) }] },
    { kind: 'code', text: access.tunnel },
  ];
};

function colon(words: string, { language }: ReportContext): string {
  return language === 'fr' ? `${words}\u00A0:` : `${words}:`;
}
