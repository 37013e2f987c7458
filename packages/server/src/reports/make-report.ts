import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PredictionRecord } from '@calque/core';
import {
  buildReport,
  type Language,
  parseTemplate,
  picturesOf,
  type ReportDocument,
  renderHtml,
  renderMarkdown,
  renderTypst,
  type StudyCapture,
  type StudyEnvironment,
} from '@calque/report';
import type { Dataset } from '../datasets/dataset.ts';
import { keepAuthorTexts } from './author-store.ts';
import { drawReportPictures } from './draw-report-pictures.ts';
import { gatherStudy } from './gather-study.ts';
import type { ReportProgress } from './report-progress.ts';
import { typesetPdf } from './typeset-pdf.ts';

export const REPORT_FORMATS = ['html', 'pdf', 'md'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export interface ReportOptions {
  readonly language: Language;
  readonly format: ReportFormat;
  /** `name` names the author's file; `file` stands in errors. */
  readonly template: { readonly name: string; readonly source: string; readonly file: string };
  readonly environment: StudyEnvironment | null;
  readonly software: PredictionRecord['software'];
  readonly now: Date;
  /** The file's name without its extension: folders beside it are named after it. */
  readonly baseName: string;
  /** The Markdown report that is about to be replaced: what its author wrote into it is kept. */
  readonly earlier: string | null;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ReportProgress) => void;
}

/** A report as files. */
export interface MadeReport {
  readonly document: ReportDocument;
  readonly content: Uint8Array;
  /** Files beside it, by their paths with `/`: pictures of Markdown. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** For the folder of the records, by name. */
  readonly records: ReadonlyMap<string, PredictionRecord>;
  readonly recordsFolder: string;
  /** Where the author's paragraphs are written. */
  readonly authorPath: string;
  /** Places of the author that were changed in two places. */
  readonly doubled: readonly string[];
  /** Why pictures are missing. */
  readonly failures: readonly string[];
}

/**
 * Makes a report of what is recorded of a dataset. Writes nothing but the author's file, where places are missing in it.
 *
 * @throws `template-invalid`, `report-not-typeset`, and the signal's reason when it is aborted.
 */
export async function makeReport(dataset: Dataset, options: ReportOptions): Promise<MadeReport> {
  const { language, format, signal, onProgress, baseName } = options;
  const template = parseTemplate(options.template.source, options.template.file);
  const capturesFolder = join(dataset.stateFolder, 'captures');
  const gathered = await gatherStudy(
    { name: dataset.name, root: dataset.root, storage: dataset.storage },
    { ...options, captures: await capturesIn(capturesFolder) },
  );
  const places = template.parts.flatMap((part) => (part.kind === 'author' ? [part] : []));
  const kept = await keepAuthorTexts(
    { stateFolder: dataset.stateFolder, templateName: options.template.name, language },
    places,
    options.earlier,
  );
  const recordsFolder = `${baseName}.records`;
  const document = buildReport({
    study: gathered.study,
    template,
    language,
    authorTexts: kept.texts,
    recordsFolder,
  });
  const drawing = { root: dataset.root, capturesFolder, signal, onProgress };
  const { pictures, failures } = await drawReportPictures(picturesOf(document), gathered, drawing);
  signal.throwIfAborted();
  onProgress({ stage: 'typeset', done: 0, total: 1 });
  const rendered = await render(document, { format, baseName, pictures, records: gathered.records, options });
  onProgress({ stage: 'typeset', done: 1, total: 1 });
  const { path: authorPath, doubled } = kept;
  return { document, ...rendered, records: gathered.records, recordsFolder, authorPath, doubled, failures };
}

interface RenderParts {
  readonly format: ReportFormat;
  readonly baseName: string;
  readonly pictures: Awaited<ReturnType<typeof drawReportPictures>>['pictures'];
  readonly records: ReadonlyMap<string, PredictionRecord>;
  readonly options: Pick<ReportOptions, 'now' | 'signal'>;
}

async function render(
  document: ReportDocument,
  { format, baseName, pictures, records, options }: RenderParts,
): Promise<Pick<MadeReport, 'content' | 'files'>> {
  const encoder = new TextEncoder();
  switch (format) {
    case 'html':
      return { content: encoder.encode(renderHtml(document, { pictures, records })), files: new Map() };
    case 'pdf': {
      const set = renderTypst(document, { pictures, records });
      const content = await typesetPdf(set, { madeAt: options.now, signal: options.signal });
      return { content, files: new Map() };
    }
    case 'md': {
      const picturesFolder = `${baseName}.pictures`;
      const { markdown, pictures: files } = renderMarkdown(document, { drawn: pictures, picturesFolder });
      const beside = new Map([...files].map(([name, data]) => [`${picturesFolder}/${name}`, data]));
      return { content: encoder.encode(markdown), files: beside };
    }
  }
}

/** Pictures of the workbench that were saved into the dataset, oldest first. */
async function capturesIn(folder: string): Promise<StudyCapture[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => /\.(png|jpe?g|webp)$/i.test(name));
  const captures = await Promise.all(
    names.map(async (name) => ({ name, at: (await stat(join(folder, name))).mtime.toISOString() })),
  );
  return captures.toSorted((a, b) => a.at.localeCompare(b.at) || a.name.localeCompare(b.name));
}
