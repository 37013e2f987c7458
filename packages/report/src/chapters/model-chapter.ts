import type { Block } from '../document/report-document.ts';
import { groupBy } from '../study/group-by.ts';
import type { QuickTest, StudyModel } from '../study/study.ts';
import { type Chapter, missingOf, paragraphOf, type ReportContext, tableOf } from './report-context.ts';

/** Models that are installed or have answered, and the hashes of their files. */
export const modelChapter: Chapter = (context) => {
  const { indexed, text, formats } = context;
  const answered = groupBy(indexed.study.answers, ({ model }) => model);
  const known = (indexed.study.environment?.models ?? []).filter(
    ({ id, installed }) => installed || answered.has(id),
  );
  const unknown = [...answered.keys()].filter((id) => !known.some((model) => model.id === id));
  if (known.length + unknown.length === 0) {
    return [missingOf(text('model.missing'), '', 'calque models pull')];
  }
  const used = (id: string): string => formats.integer(answered.get(id)?.length ?? 0);
  const table = tableOf(
    text('model.caption'),
    [
      [text('model.id'), 'start'],
      [text('model.checkpoint'), 'start'],
      [text('model.used'), 'end'],
    ],
    [
      ...known.map((model) => [model.id, checkpointText(model, context), used(model.id)]),
      ...unknown.map((id) => [id, '–', used(id)]),
    ],
  );
  return [table, ...fileTables(known, context)];
};

function checkpointText({ checkpoint, description, licence }: StudyModel, { text }: ReportContext): string {
  return `${checkpoint ?? text('model.converted')} – ${description} (${licence})`;
}

function fileTables(models: readonly StudyModel[], { text, formats }: ReportContext): Block[] {
  const rows = models.flatMap(({ id, files }) =>
    files.map(({ name, sizeBytes, sha256 }) => [id, name, formats.bytes(sizeBytes), sha256]),
  );
  if (rows.length === 0) return [];
  return [
    tableOf(
      text('model.files-caption'),
      [
        [text('model.id'), 'start'],
        [text('model.file'), 'start'],
        [text('model.size'), 'end'],
        [text('model.hash'), 'start'],
      ],
      rows,
    ),
  ];
}

/** The log of the quick test. */
export const quickTestChapter: Chapter = (context) => {
  const { indexed, text } = context;
  const test = indexed.study.environment?.quickTest ?? null;
  if (test === null) {
    return [missingOf(text('quick.missing'), text('environment.missing-how'))];
  }
  return [paragraphOf(text('quick.intro')), { kind: 'code', text: quickTestLog(test, context) }];
};

function quickTestLog(test: QuickTest, { text, formats }: ReportContext): string {
  const { timingsMs } = test;
  const ms = (value: number): string => `${formats.integer(value)} ms`;
  const lines: readonly (readonly [string, string])[] = [
    [text('quick.image'), `${test.image}, ${formats.size(test.imageSize)} px`],
    [
      text('quick.model'),
      text('quick.on', {
        model: test.model,
        provider: test.provider,
        threads: text('quick.threads', { count: test.threads }),
      }),
    ],
    [text('quick.prompt'), text('quick.box', { box: formats.box(test.box) })],
    [text('quick.mask'), `${formats.size(test.maskSize)} px`],
    [text('quick.score'), formats.fixed(test.score, 3)],
    [text('quick.area'), `${formats.integer(test.areaPx)} px`],
    [
      text('quick.iou'),
      text('quick.iou-value', { iou: formats.fixed(test.iou, 3), least: formats.fixed(test.leastIou, 1) }),
    ],
    [text('quick.load'), ms(timingsMs.load)],
    [text('quick.encode'), ms(timingsMs.encode)],
    [text('quick.decode'), ms(timingsMs.decode)],
  ];
  const width = Math.max(...lines.map(([name]) => name.length)) + 2;
  return lines.map(([name, value]) => `${name.padEnd(width)}${value}`).join('\n');
}
