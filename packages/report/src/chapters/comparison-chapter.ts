import type { PromptPoint } from '@calque/core';
import type { Block, FigurePicture } from '../document/report-document.ts';
import type { ObjectState, StudyComparison, StudyObject } from '../study/study.ts';
import { scoreOf, stabilityOf } from '../study/study-queries.ts';
import { fixedOr } from './measures-chapter.ts';
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

/** Each takes most of a page. */
const SHOWN = 4;

/** What points made of masks: pictures, measures, and the points themselves. Those that changed most come first. */
export const comparisonsChapter: Chapter = (context) => {
  const { indexed, text } = context;
  const known = indexed.study.comparisons
    .flatMap((comparison) => {
      const object = indexed.object(comparison.objectId);
      return object === undefined ? [] : [{ comparison, object }];
    })
    .toSorted((a, b) => a.comparison.iou - b.comparison.iou);
  if (known.length === 0) {
    return [missingOf(text('comparison.missing'), text('comparison.missing-how'), serveCommand(context))];
  }
  const shown = known
    .slice(0, SHOWN)
    .flatMap(({ comparison, object }) => comparisonBlocks(comparison, object, context));
  const more = known.length - SHOWN;
  return more > 0 ? [...shown, paragraphOf(text('comparison.more', { count: more }))] : shown;
};

function comparisonBlocks(comparison: StudyComparison, object: StudyObject, context: ReportContext): Block[] {
  const { text, indexed } = context;
  const words = { object: object.name, name: nameOf(indexed.image(object.imageId)) };
  return [
    figureOf(text('comparison.caption', words), picturesOf(comparison, object, context)),
    measuresTable(comparison, text('comparison.table', words), context),
    ...pointsTable(comparison, text('comparison.points-table', words), context),
  ];
}

function picturesOf(
  { objectId, before, after }: StudyComparison,
  { name }: StudyObject,
  { text, formats, ...rest }: ReportContext,
): FigurePicture[] {
  const stateOf = (state: ObjectState, when: 'before' | 'after'): FigurePicture => ({
    content: { kind: 'overlay', objectId, revision: state.revision },
    description: text('comparison.state-description', {
      object: name,
      when: text(`comparison.when-${when}`),
    }),
    caption: text(`comparison.${when}`, { prompt: promptText(state, { text, formats, ...rest }) }),
    recordNames: recordNames(state),
  });
  return [
    stateOf(before, 'before'),
    stateOf(after, 'after'),
    {
      content: { kind: 'difference', objectId, before: before.revision, after: after.revision },
      description: text('comparison.difference-description', { object: name }),
      caption: text('comparison.difference'),
      recordNames: recordNames(before, after),
    },
  ];
}

function promptText({ prompt: { box, points } }: ObjectState, { text }: ReportContext): string {
  const count = points.length;
  if (box === null)
    return count === 0 ? text('comparison.prompt-empty') : text('comparison.prompt-points', { count });
  return count === 0 ? text('comparison.prompt-box') : text('comparison.prompt-box-points', { count });
}

function measuresTable(
  { before, after, ...gains }: StudyComparison,
  caption: string,
  context: ReportContext,
): Block {
  const { text, formats } = context;
  const pair = (title: string, of: (state: ObjectState) => string) => [
    title,
    recordCell(of(before), before),
    recordCell(of(after), after),
  ];
  return tableOf(
    caption,
    [
      [text('comparison.measure'), 'start'],
      [text('comparison.column-before'), 'end'],
      [text('comparison.column-after'), 'end'],
    ],
    [
      pair(text('box'), ({ prompt }) => (prompt.box === null ? '–' : formats.box(prompt.box))),
      pair(text('points'), ({ prompt }) => formats.integer(prompt.points.length)),
      pair(text('score'), (state) => fixedOr(scoreOf(state), 3, formats.fixed)),
      pair(text('stability'), (state) => fixedOr(stabilityOf(state), 3, formats.fixed)),
      pair(text('area'), ({ mask }) => formats.integer(mask.areaPx)),
      pair(text('perimeter'), ({ mask }) => formats.fixed(mask.perimeterPx, 1)),
      [text('comparison.kept'), '', formats.integer(gains.keptPx)],
      [text('comparison.gained'), '', formats.integer(gains.gainedPx)],
      [text('comparison.lost'), '', formats.integer(gains.lostPx)],
      [text('comparison.iou'), '', formats.fixed(gains.iou, 3)],
    ],
  );
}

function pointsTable(
  { before, after }: StudyComparison,
  caption: string,
  { text, formats }: ReportContext,
): Block[] {
  const same = (a: PromptPoint, b: PromptPoint): boolean => a.x === b.x && a.y === b.y && a.label === b.label;
  const had = (point: PromptPoint): boolean => before.prompt.points.some((other) => same(point, other));
  const gone = before.prompt.points.filter(
    (point) => !after.prompt.points.some((other) => same(point, other)),
  );
  const all = [...after.prompt.points, ...gone];
  if (all.length === 0) return [];
  const rows = all.map((point, i) => {
    const when = gone.includes(point)
      ? 'comparison.when-before'
      : had(point)
        ? null
        : 'comparison.when-after';
    return [
      formats.integer(i + 1),
      `${formats.coordinate(point.x)}${formats.separator}${formats.coordinate(point.y)}`,
      text(point.label),
      when === null ? `${text('comparison.when-before')}, ${text('comparison.when-after')}` : text(when),
    ];
  });
  return [
    tableOf(
      caption,
      [
        [text('comparison.point'), 'end'],
        [`x${formats.separator}y`, 'start'],
        [text('comparison.label'), 'start'],
        [text('comparison.in'), 'start'],
      ],
      rows,
    ),
  ];
}
