import { comparisonsChapter } from '../chapters/comparison-chapter.ts';
import { casesChapter, datasetChapter } from '../chapters/dataset-chapter.ts';
import { accessChapter, environmentChapter } from '../chapters/environment-chapter.ts';
import { failuresChapter } from '../chapters/failures-chapter.ts';
import { measuresChapter, overlaysChapter } from '../chapters/measures-chapter.ts';
import { modelChapter, quickTestChapter } from '../chapters/model-chapter.ts';
import { modelComparisonChapter, modelOverlaysChapter } from '../chapters/model-comparison-chapter.ts';
import { monitoringChapter } from '../chapters/monitoring-chapter.ts';
import { recordsChapter, withRecordRows } from '../chapters/records-chapter.ts';
import type { Chapter, ReportContext } from '../chapters/report-context.ts';
import { sensitivityChapter } from '../chapters/sensitivity-chapter.ts';
import { predictionsChapter, workbenchChapter } from '../chapters/workbench-chapter.ts';
import type { Study } from '../study/study.ts';
import { indexStudy } from '../study/study-queries.ts';
import type { Template, TemplatePart } from '../template/parse-template.ts';
import type { BlockName, ValueName } from '../template/vocabulary.ts';
import { reportFormats } from '../texts/report-formats.ts';
import { type Language, reportText } from '../texts/report-texts.ts';
import { numberBlocks } from './number-blocks.ts';
import { parseMarkdown } from './parse-markdown.ts';
import type { Block, Inline, ReportDocument } from './report-document.ts';

export interface ReportParts {
  readonly study: Study;
  readonly template: Template;
  readonly language: Language;
  /** What the author has written, by the names of the template; Markdown. */
  readonly authorTexts: ReadonlyMap<string, string>;
  /** As commands name it: the folder of the records, seen from where the report is read. */
  readonly recordsFolder: string;
}

const CHAPTERS: Readonly<Record<BlockName, Chapter>> = {
  environment: environmentChapter,
  access: accessChapter,
  dataset: datasetChapter,
  'dataset-cases': casesChapter,
  model: modelChapter,
  'quick-test': quickTestChapter,
  measures: measuresChapter,
  overlays: overlaysChapter,
  workbench: workbenchChapter,
  predictions: predictionsChapter,
  'box-sensitivity': sensitivityChapter,
  comparisons: comparisonsChapter,
  failures: failuresChapter,
  monitoring: monitoringChapter,
  'model-comparison': modelComparisonChapter,
  'model-overlays': modelOverlaysChapter,
  records: recordsChapter,
};

/** The report of a study by a template. The same parts give the same document. */
export function buildReport({
  study,
  template,
  language,
  authorTexts,
  recordsFolder,
}: ReportParts): ReportDocument {
  const context: ReportContext = {
    indexed: indexStudy(withNames(study, reportText(language)('object'))),
    language,
    text: reportText(language),
    formats: reportFormats(language),
  };
  const ids = new Set<string>();
  const made = template.parts.flatMap((part) => blocksOf(part, { context, authorTexts, ids }));
  const { name, version } = study.software;
  return {
    language,
    title: withValues(template.title, context),
    subtitle: [
      study.dataset.name,
      context.text('made-at', {
        date: context.formats.date(study.madeAt),
        software: `${name === 'calque' ? 'Calque' : name} ${version}`,
      }),
    ],
    madeAt: study.madeAt,
    blocks: withRecordRows(numberBlocks(made), recordsFolder, context),
  };
}

/** An object without a name is called by its place among those of its image. */
function withNames(study: Study, word: string): Study {
  const places = new Map<string, number>();
  const objects = study.objects.map((object) => {
    const place = (places.get(object.imageId) ?? 0) + 1;
    places.set(object.imageId, place);
    return object.name.trim() === '' ? { ...object, name: `${word} ${place}` } : object;
  });
  return { ...study, objects };
}

interface Making {
  readonly context: ReportContext;
  readonly authorTexts: ReadonlyMap<string, string>;
  readonly ids: Set<string>;
}

function blocksOf(part: TemplatePart, { context, authorTexts, ids }: Making): Block[] {
  switch (part.kind) {
    case 'heading': {
      const text = withValues(part.text, context);
      return [{ kind: 'heading', level: part.level, text, id: uniqueId(text, ids) }];
    }
    case 'words':
      return part.blocks.map((block) => blockWithValues(block, context));
    case 'block':
      return CHAPTERS[part.name](context);
    case 'author': {
      const source = (authorTexts.get(part.name) ?? '').trim();
      return [{ kind: 'author', name: part.name, hint: part.hint, source, blocks: parseMarkdown(source) }];
    }
  }
}

function uniqueId(text: string, ids: Set<string>): string {
  const plain = text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  const stem = `chapter-${plain}`;
  let id = stem;
  for (let n = 2; ids.has(id); n++) id = `${stem}-${n}`;
  ids.add(id);
  return id;
}

const VALUES: Readonly<Record<ValueName, (context: ReportContext) => string>> = {
  'dataset-name': ({ indexed }) => indexed.study.dataset.name,
  'dataset-folder': ({ indexed }) => indexed.study.dataset.folder,
  'image-count': ({ indexed, formats }) => formats.integer(indexed.study.images.length),
  'object-count': ({ indexed, formats }) => formats.integer(indexed.study.objects.length),
  'model-id': ({ indexed }) =>
    indexed.study.answers.at(-1)?.model ??
    indexed.study.environment?.models.find(({ isDefault }) => isDefault)?.id ??
    '–',
  date: ({ indexed, formats }) => formats.date(indexed.study.madeAt),
  version: ({ indexed }) => indexed.study.software.version,
};

function withValues(text: string, context: ReportContext): string {
  return text.replaceAll(/\{\{\s*([a-z-]+)\s*\}\}/g, (whole, name: string) => {
    const value = VALUES[name as ValueName] as ((context: ReportContext) => string) | undefined;
    return value === undefined ? whole : value(context);
  });
}

function blockWithValues(block: Block, context: ReportContext): Block {
  switch (block.kind) {
    case 'paragraph':
      return { ...block, content: block.content.map((inline) => inlineWithValues(inline, context)) };
    case 'list':
      return { ...block, items: block.items.map((item) => item.map((one) => blockWithValues(one, context))) };
    case 'code':
      return { ...block, text: withValues(block.text, context) };
    default:
      return block;
  }
}

function inlineWithValues(inline: Inline, context: ReportContext): Inline {
  if (inline.kind === 'break') return inline;
  if ('content' in inline) {
    return { ...inline, content: inline.content.map((one) => inlineWithValues(one, context)) };
  }
  return { ...inline, text: withValues(inline.text, context) };
}
