import type { Block, FigurePicture } from '../document/report-document.ts';
import { groupBy } from '../study/group-by.ts';
import { quantile } from '../study/monitoring-summary.ts';
import type { StudyAnswer } from '../study/study.ts';
import { fixedOr } from './measures-chapter.ts';
import {
  type Chapter,
  figureOf,
  missingOf,
  nameOf,
  type ReportContext,
  serveCommand,
  tableOf,
} from './report-context.ts';
import { overlayPicture } from './workbench-chapter.ts';

/** Every model that has answered, side by side, and prompts that several of them have answered. */
export const modelComparisonChapter: Chapter = (context) => {
  const { indexed, text } = context;
  const byModel = groupBy(indexed.study.answers, ({ model }) => model);
  if (byModel.size < 2) {
    return [
      missingOf(
        text('model-comparison.missing'),
        text('model-comparison.missing-how'),
        serveCommand(context),
      ),
    ];
  }
  const table = tableOf(
    text('model-comparison.caption'),
    [
      [text('model'), 'start'],
      [text('model-comparison.answers'), 'end'],
      [text('model-comparison.score'), 'end'],
      [text('model-comparison.stability'), 'end'],
      [text('model-comparison.encode'), 'end'],
      [text('model-comparison.decode'), 'end'],
    ],
    [...byModel].map(([model, answers]) => modelRow(model, answers, context)),
  );
  return [table, ...samePrompts(context)];
};

function modelRow(model: string, answers: readonly StudyAnswer[], { formats }: ReportContext): string[] {
  const best = answers.flatMap(({ candidates, best: index }) => {
    const candidate = candidates[index];
    return candidate === undefined ? [] : [candidate];
  });
  const median = (stage: 'encode' | 'decode'): string => {
    const times = answers.map(({ timingsMs }) => timingsMs[stage]).filter((ms) => ms > 0);
    return times.length === 0
      ? '–'
      : formats.fixed(
          quantile(
            times.toSorted((a, b) => a - b),
            0.5,
          ),
          1,
        );
  };
  return [
    model,
    formats.integer(answers.length),
    fixedOr(mean(best.map(({ score }) => score)), 3, formats.fixed),
    fixedOr(mean(best.map(({ stability }) => stability)), 3, formats.fixed),
    median('encode'),
    median('decode'),
  ];
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Prompts that several models answered: the question is the same but for the model. */
function samePrompts({ indexed, text, formats }: ReportContext): Block[] {
  const shared = [...groupBy(indexed.study.answers, ({ question }) => question).values()].filter(
    (answers) => new Set(answers.map(({ model }) => model)).size > 1,
  );
  if (shared.length === 0) return [];
  const rows = shared.flatMap((answers) =>
    [...groupBy(answers, ({ model }) => model)].map(([model, those]) => {
      const answer = those.at(-1) as StudyAnswer;
      const best = answer.candidates[answer.best];
      return [
        nameOf(indexed.image(answer.imageId)),
        answer.box === null ? '–' : formats.box(answer.box),
        model,
        fixedOr(best?.score ?? null, 3, formats.fixed),
        best === undefined ? '–' : formats.integer(best.areaPx),
        formats.integer(answer.timingsMs.decode),
      ];
    }),
  );
  return [
    tableOf(
      text('model-comparison.same-caption'),
      [
        [text('image'), 'start'],
        [text('box'), 'start'],
        [text('model'), 'start'],
        [text('score'), 'end'],
        [text('area'), 'end'],
        [text('stage.decode'), 'end'],
      ],
      rows,
      text('model-comparison.same-note'),
    ),
  ];
}

const SHOWN = 4;

/** Masks of the models beside each other, where one image has masks of several. */
export const modelOverlaysChapter: Chapter = (context) => {
  const { indexed, text } = context;
  const answered = indexed.masked.filter(({ state }) => state.answer !== null);
  const several = [...groupBy(answered, ({ imageId }) => imageId)].filter(
    ([, objects]) => new Set(objects.map(({ state }) => state.answer?.model)).size > 1,
  );
  if (several.length === 0) {
    return [
      missingOf(
        text('model-comparison.missing'),
        text('model-comparison.missing-how'),
        serveCommand(context),
      ),
    ];
  }
  return several.slice(0, SHOWN).map(([imageId, objects]) => {
    const byModel = [...groupBy(objects, ({ state }) => state.answer?.model ?? '')];
    const pictures = byModel.flatMap(([model, [object]]): FigurePicture[] =>
      object === undefined
        ? []
        : [{ ...overlayPicture(object, context), caption: `${model}: ${object.name}` }],
    );
    return figureOf(text('overlays.caption', { name: nameOf(indexed.image(imageId)) }), pictures);
  });
};
