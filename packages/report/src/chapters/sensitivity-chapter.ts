import type { Block, FigurePicture } from '../document/report-document.ts';
import { linePlotSvg } from '../plots/line-plot.ts';
import { groupBy } from '../study/group-by.ts';
import type { StudySensitivity } from '../study/study.ts';
import type { TextName } from '../texts/report-texts.ts';
import { spreadOut } from './measures-chapter.ts';
import { type Chapter, figureOf, missingOf, nameOf, type ReportContext, tableOf } from './report-context.ts';

const SHOWN = 3;
const PLOT = { width: 300, height: 240 };

/** Plots of what a change of the box does, and one line for each measurement. */
export const sensitivityChapter: Chapter = (context) => {
  const { indexed, text } = context;
  const newest = [...groupBy(indexed.study.sensitivities, ({ objectId }) => objectId).values()].flatMap(
    (those) => those.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)).slice(-1),
  );
  if (newest.length === 0) {
    const how = text('sensitivity.missing-how');
    return [missingOf(text('sensitivity.missing'), how, 'calque sensitivity IMAGE --box x1,y1,x2,y2')];
  }
  const shown = spreadOut(newest, SHOWN).map((one) => sensitivityFigure(one, context));
  return [...shown, summaryTable(newest, context)];
};

function namesOf({ imageId, objectId }: StudySensitivity, { indexed }: ReportContext) {
  return { name: nameOf(indexed.image(imageId)), object: indexed.object(objectId)?.name ?? objectId };
}

function sensitivityFigure(one: StudySensitivity, context: ReportContext): Block {
  const { indexed, text } = context;
  const words = namesOf(one, context);
  const state = indexed.object(one.objectId)?.state ?? null;
  const names = state?.recordName == null ? [] : [state.recordName];
  const plots = (['iou', 'score', 'area'] as const).map(
    (measure): FigurePicture => ({
      content: { kind: 'plot', svg: plotOf(one, measure, context), ...PLOT },
      description: text('sensitivity.description', words),
      caption: '',
      recordNames: names,
    }),
  );
  return figureOf(text('sensitivity.caption', words), plots);
}

type Measure = 'iou' | 'score' | 'area';

function plotOf({ outcomes }: StudySensitivity, measure: Measure, { text, language }: ReportContext): string {
  const own = outcomes.filter(({ kind }) => kind === 'unchanged');
  const value = ({ iou, score, areaPx }: StudySensitivity['outcomes'][number]): number =>
    measure === 'iou' ? iou : measure === 'score' ? score : areaPx;
  const curve = (name: string, kinds: readonly string[]) => ({
    name,
    points: [...own, ...outcomes.filter(({ kind }) => kinds.includes(kind))]
      .map((outcome) => ({ x: 100 * outcome.change, y: value(outcome) }))
      .toSorted((a, b) => a.x - b.x),
  });
  return linePlotSvg(
    {
      title: text(`plot.${measure}`),
      xLabel: text('plot.change'),
      yLabel: text(`plot.${measure}`),
      ...(measure === 'iou' ? { yRange: [0, 1] } : {}),
      series: [
        curve(text('plot.size'), ['grown', 'shrunk']),
        curve(text('plot.shift-x'), ['shifted-x']),
        curve(text('plot.shift-y'), ['shifted-y']),
      ],
    },
    { ...PLOT, locale: language },
  );
}

function summaryTable(all: readonly StudySensitivity[], context: ReportContext): Block {
  const { text, formats } = context;
  return tableOf(
    text('sensitivity.table'),
    [
      [text('image'), 'start'],
      [text('object'), 'start'],
      [text('sensitivity.boxes'), 'end'],
      [text('sensitivity.mean-iou'), 'end'],
      [text('sensitivity.min-iou'), 'end'],
      [text('sensitivity.area-sd'), 'end'],
      [text('sensitivity.unstable'), 'end'],
      [text('sensitivity.steady'), 'end'],
      [text('sensitivity.finding'), 'start'],
    ],
    all.map((one) => {
      const { name, object } = namesOf(one, context);
      return [
        name,
        object,
        formats.integer(one.outcomes.length),
        formats.fixed(one.meanIou, 3),
        formats.fixed(one.minIou, 3),
        formats.integer(one.areaSdPx),
        formats.percent(one.unstableShare),
        formats.percent(one.steadyChange),
        text(`finding.${one.finding}` as TextName),
      ];
    }),
  );
}
