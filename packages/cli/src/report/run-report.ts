import path from 'node:path';
import { calqueHome } from '@calque/models/node';
import type { StudyEnvironment } from '@calque/report';
import {
  baseNameOf,
  makeReport,
  openDataset,
  type ReportProgress,
  readIfThere,
  secureSharp,
  writeReport,
} from '@calque/server';
import type { ReportFlags } from '../commands/report.ts';
import type { CliContext } from '../context.ts';
import { usageInvalid } from '../errors.ts';
import { startProgress } from '../output/progress.ts';
import { printableText } from '../printable-text.ts';
import { SOFTWARE } from '../version.ts';
import { readTemplate } from './read-template.ts';
import { studyEnvironment } from './study-environment.ts';

/** Makes the report of a folder, or prints its template. */
export async function runReport(
  context: CliContext,
  folder: string | undefined,
  flags: ReportFlags,
): Promise<void> {
  const template = await readTemplate(context.cwd, flags.template, flags.lang);
  if (flags.printTemplate === true) {
    context.stdout.write(template.source);
    return;
  }
  if (folder === undefined) throw usageInvalid('the folder is missing', 'calque report FOLDER');
  const out = outputOf(flags);
  const target = path.resolve(context.cwd, out.file);
  secureSharp();
  const dataset = await openDataset({
    folder: path.resolve(context.cwd, folder),
    home: calqueHome(context.env),
    tell: () => undefined,
  });
  try {
    await dataset.indexed();
    const progress = await reportProgress(context, flags);
    const made = await makeReport(dataset, {
      language: flags.lang,
      format: out.format,
      template,
      environment: await environmentOf(context, flags),
      software: SOFTWARE,
      now: context.now(),
      baseName: baseNameOf(target),
      earlier: out.format === 'md' ? await readIfThere(target) : null,
      signal: context.signal,
      onProgress: progress.update,
    }).finally(progress.stop);
    await writeReport(target, dataset.root, made);
    announce(context, flags, { file: out.file, made });
  } finally {
    await dataset.close();
  }
}

interface Output {
  readonly file: string;
  readonly format: 'html' | 'pdf' | 'md';
}

const EXTENSIONS: Readonly<Record<string, Output['format']>> = {
  '.html': 'html',
  '.htm': 'html',
  '.pdf': 'pdf',
  '.md': 'md',
  '.markdown': 'md',
};

/** The format follows the name of the file where it is not given; a name whose ending says another is refused. */
function outputOf({ out, format }: ReportFlags): Output {
  if (out === undefined) return { file: `report.${format ?? 'html'}`, format: format ?? 'html' };
  const said = EXTENSIONS[path.extname(out).toLowerCase()];
  if (format !== undefined && said !== undefined && said !== format) {
    throw usageInvalid(
      `--format ${format} and --out ${out} contradict each other`,
      `a name that ends in .${format}`,
    );
  }
  if (format === undefined && said === undefined) {
    throw usageInvalid(
      `the name ${out} says no format`,
      '--format html, pdf or md, or a name that ends in one of them',
    );
  }
  return { file: out, format: format ?? said ?? 'html' };
}

async function environmentOf(context: CliContext, flags: ReportFlags): Promise<StudyEnvironment | null> {
  if (!flags.doctor) return null;
  const { examine } = await import('../doctor/examine.ts');
  return studyEnvironment(context, await examine(context, flags), { host: '127.0.0.1', port: 8511 });
}

const STAGES: Readonly<Record<ReportProgress['stage'], { readonly from: number; readonly words: string }>> = {
  examine: { from: 0, words: 'looking at the machine' },
  gather: { from: 0, words: 'reading the records' },
  draw: { from: 30, words: 'drawing' },
  typeset: { from: 90, words: 'setting' },
};

async function reportProgress(context: CliContext, { quiet }: ReportFlags) {
  const { stdout, stderr, now } = context;
  const progress = await startProgress({
    stream: stderr,
    title: 'report',
    total: 100,
    now,
    quiet: quiet === true,
    onOneTerminal: stdout.isTTY === true,
  });
  const until = { examine: 0, gather: 30, draw: 90, typeset: 100 };
  return {
    stop: progress.stop,
    update: ({ stage, done, total }: ReportProgress): void => {
      const { from, words } = STAGES[stage];
      progress.update(from + ((until[stage] - from) * done) / Math.max(1, total), words);
    },
  };
}

interface Announced {
  readonly file: string;
  readonly made: Awaited<ReturnType<typeof makeReport>>;
}

function announce({ stdout, stderr }: CliContext, { quiet }: ReportFlags, { file, made }: Announced): void {
  stdout.write(`${printableText(file)}\n`);
  for (const failure of made.failures)
    stderr.write(`calque: a picture is missing: ${printableText(failure)}\n`);
  for (const name of made.doubled) {
    stderr.write(
      `calque: the author's paragraph ${name} was changed in the report and in its file; both are kept\n`,
    );
  }
  if (quiet === true) return;
  stderr.write(`Records, to replay: ${made.records.size} in ${made.recordsFolder}\n`);
  stderr.write(`The author's paragraphs: ${printableText(made.authorPath)}\n`);
}
