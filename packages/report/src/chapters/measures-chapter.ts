import type { Block, Cell } from '../document/report-document.ts';
import { groupBy } from '../study/group-by.ts';
import { type MaskedObject, scoreOf, stabilityOf } from '../study/study-queries.ts';
import {
  type Chapter,
  figureOf,
  missingOf,
  nameOf,
  paragraphOf,
  type ReportContext,
  recordCell,
  recordNames,
  serveCommand,
  tableOf,
} from './report-context.ts';

export function nothingMeasured(context: ReportContext): Block[] {
  const { text } = context;
  return [missingOf(text('measures.missing'), text('measures.missing-how'), serveCommand(context))];
}

/** Every mask: score, stability, area, perimeter. */
export const measuresChapter: Chapter = (context) => {
  const { indexed, text } = context;
  if (indexed.masked.length === 0) return nothingMeasured(context);
  const table = tableOf(
    text('measures.caption'),
    [
      [text('image'), 'start'],
      [text('object'), 'start'],
      [text('score'), 'end'],
      [text('stability'), 'end'],
      [text('area'), 'end'],
      [text('perimeter'), 'end'],
      [text('state'), 'start'],
    ],
    indexed.masked.map((object) => measuresRow(object, context)),
    text('measures.note'),
  );
  return [table];
};

function measuresRow(object: MaskedObject, { indexed, text, formats }: ReportContext): (string | Cell)[] {
  const { state } = object;
  return [
    nameOf(indexed.image(object.imageId)),
    recordCell(state.edited ? `${object.name} *` : object.name, state),
    fixedOr(scoreOf(state), 3, formats.fixed),
    fixedOr(stabilityOf(state), 3, formats.fixed),
    formats.integer(state.mask.areaPx),
    formats.fixed(state.mask.perimeterPx, 1),
    text(`status.${object.status}`),
  ];
}

export function fixedOr(
  value: number | null,
  decimals: number,
  fixed: (value: number, decimals: number) => string,
): string {
  return value === null ? '–' : fixed(value, decimals);
}

/** Pictures with all masks of an image are large; so many are shown. */
const SHOWN_SHEETS = 6;

export const overlaysChapter: Chapter = (context) => {
  const { indexed, text } = context;
  if (indexed.masked.length === 0) return nothingMeasured(context);
  const byImage = [...groupBy(indexed.masked, ({ imageId }) => imageId)];
  const figures = spreadOut(byImage, SHOWN_SHEETS).map(([imageId, objects]) => {
    const name = nameOf(indexed.image(imageId));
    return figureOf(text('overlays.caption', { name }), [
      {
        content: { kind: 'sheet', imageId },
        description: text('overlays.description', { name, count: objects.length }),
        caption: '',
        recordNames: recordNames(...objects.map(({ state }) => state)),
      },
    ]);
  });
  const more = byImage.length - figures.length;
  return more > 0 ? [...figures, paragraphOf(text('overlays.more', { count: more }))] : figures;
};

/** So many of a list, from its whole length, the first and the last among them. */
export function spreadOut<Item>(items: readonly Item[], count: number): Item[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, i) => {
    const at = Math.round((i * (items.length - 1)) / Math.max(1, count - 1));
    return items[at] as Item;
  });
}
