import type { Block, Cell, FigurePicture } from '../document/report-document.ts';
import { type MaskedObject, scoreOf } from '../study/study-queries.ts';
import { fixedOr, nothingMeasured, spreadOut } from './measures-chapter.ts';
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

const SHOWN_CAPTURES = 4;
const COMPOSED = 3;

/** Captures that were saved; without any, pictures composed from the records, which say that they are. */
export const workbenchChapter: Chapter = (context) => {
  const { indexed, text } = context;
  const { captures } = indexed.study;
  if (captures.length > 0) {
    return [
      paragraphOf(text('workbench.saved-intro')),
      ...captures.slice(-SHOWN_CAPTURES).map(({ name }) => captureFigure(name, context)),
    ];
  }
  const prompted = indexed.masked.filter(({ state }) => state.answer !== null);
  if (prompted.length === 0) {
    return [missingOf(text('workbench.missing'), text('measures.missing-how'), serveCommand(context))];
  }
  return [
    paragraphOf(text('workbench.composed-intro')),
    ...spreadOut(prompted, COMPOSED).map((object) => composedFigure(object, context)),
  ];
};

function captureFigure(name: string, { text }: ReportContext): Block {
  const caption = text('workbench.saved', { name });
  const picture: FigurePicture = {
    content: { kind: 'capture', name },
    description: caption,
    caption: '',
    recordNames: [],
  };
  return figureOf(caption, [picture]);
}

function composedFigure(object: MaskedObject, context: ReportContext): Block {
  const { text, indexed } = context;
  const words = { object: object.name, name: nameOf(indexed.image(object.imageId)) };
  return figureOf(text('workbench.composed', words), [overlayPicture(object, context)]);
}

export function overlayPicture(object: MaskedObject, { text, indexed }: ReportContext): FigurePicture {
  const name = nameOf(indexed.image(object.imageId));
  return {
    content: { kind: 'overlay', objectId: object.id, revision: object.state.revision },
    description: text('workbench.description', { object: object.name, name }),
    caption: '',
    recordNames: recordNames(object.state),
  };
}

/** Image, box, score, area, time: each answer that became a mask, with the exact prompt that it answered. */
export const predictionsChapter: Chapter = (context) => {
  const { indexed, text } = context;
  const answered = indexed.masked.filter(({ state }) => state.answer !== null);
  if (answered.length === 0) return nothingMeasured(context);
  const table = tableOf(
    text('predictions.caption'),
    [
      [text('image'), 'start'],
      [text('object'), 'start'],
      [text('box'), 'start'],
      [text('points'), 'end'],
      [text('score'), 'end'],
      [text('area'), 'end'],
      [text('time'), 'end'],
    ],
    answered.map((object) => predictionRow(object, context)),
    text('predictions.note'),
  );
  return [table];
};

function predictionRow(
  { name, imageId, state }: MaskedObject,
  { indexed, formats }: ReportContext,
): (string | Cell)[] {
  const { box, points } = state.prompt;
  return [
    nameOf(indexed.image(imageId)),
    recordCell(name, state),
    box === null ? '–' : formats.box(box),
    formats.integer(points.length),
    fixedOr(scoreOf(state), 3, formats.fixed),
    formats.integer(state.mask.areaPx),
    state.answer === null ? '–' : formats.integer(state.answer.timingsMs.total),
  ];
}
