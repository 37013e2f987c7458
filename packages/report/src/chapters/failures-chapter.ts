import type { Block, FigurePicture } from '../document/report-document.ts';
import {
  type FailureFactor,
  failureFactors,
  LARGE_BOX_SHARE,
  LOW_SCORE,
  LOW_STABILITY,
} from '../study/failure-factors.ts';
import type { StudyObject } from '../study/study.ts';
import { boxShareOf, type MaskedObject, scoreOf, stabilityOf } from '../study/study-queries.ts';
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

const EXAMPLES = 3;
/** Factors with pictures; the table has them all. */
const SHOWN_FACTORS = 4;

/** Failure cases, grouped into factors, with the clearest examples of each. */
export const failuresChapter: Chapter = (context) => {
  const { indexed, text } = context;
  const factors = failureFactors(indexed);
  if (indexed.study.objects.length === 0) {
    return [missingOf(text('measures.missing'), text('measures.missing-how'), serveCommand(context))];
  }
  if (factors.length === 0) {
    return [missingOf(text('failures.missing'), text('failures.missing-how'), serveCommand(context))];
  }
  const examples = factors.slice(0, SHOWN_FACTORS).flatMap((factor) => examplesOf(factor, context));
  return [factorTable(factors, context), ...examples];
};

function factorTable(factors: readonly FailureFactor[], context: ReportContext): Block {
  const { indexed, text, formats } = context;
  const total = indexed.study.objects.length;
  return tableOf(
    text('failures.caption'),
    [
      [text('failures.factor'), 'start'],
      [text('failures.objects'), 'end'],
      [text('share'), 'end'],
    ],
    factors.map(({ kind, objects }) => [
      text(`factor.${kind}`),
      formats.integer(objects.length),
      formats.percent(objects.length / total),
    ]),
    text('failures.note', {
      score: formats.fixed(LOW_SCORE, 1),
      stability: formats.fixed(LOW_STABILITY, 1),
      box: formats.percent(LARGE_BOX_SHARE),
    }),
  );
}

function examplesOf(factor: FailureFactor, context: ReportContext): Block[] {
  const { text } = context;
  const masked = factor.objects.filter(isMasked).slice(0, EXAMPLES);
  if (masked.length === 0) return [];
  const pictures = masked.map(
    (object): FigurePicture => ({
      ...overlayPicture(object, context),
      caption: exampleCaption(object, factor, context),
    }),
  );
  return [figureOf(text('failures.examples', { factor: text(`factor.${factor.kind}`) }), pictures)];
}

function isMasked(object: StudyObject): object is MaskedObject {
  return object.state !== null;
}

function exampleCaption(object: MaskedObject, { kind }: FailureFactor, context: ReportContext): string {
  const { indexed } = context;
  const image = indexed.image(object.imageId);
  const named = `${nameOf(image)}, ${object.name}`;
  const reason = reasonText(object, kind, context);
  return reason === '' ? named : `${named}: ${reason}`;
}

function reasonText(
  object: MaskedObject,
  kind: FailureFactor['kind'],
  { indexed, text, formats }: ReportContext,
): string {
  const { state } = object;
  switch (kind) {
    case 'low-score':
      return text('failures.example-score', { value: formats.fixed(scoreOf(state) ?? 0, 3) });
    case 'low-stability':
      return text('failures.example-stability', { value: formats.fixed(stabilityOf(state) ?? 0, 3) });
    case 'large-box': {
      const share = boxShareOf(indexed.image(object.imageId), state.prompt.box) ?? 0;
      return text('failures.example-box', { value: formats.percent(share) });
    }
    default:
      return object.note;
  }
}
