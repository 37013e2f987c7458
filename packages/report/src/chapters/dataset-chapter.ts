import type { FigurePicture } from '../document/report-document.ts';
import { groupBy } from '../study/group-by.ts';
import { type RepresentativeCase, representativeCases } from '../study/representative-cases.ts';
import type { StudyImage } from '../study/study.ts';
import {
  type Chapter,
  figureOf,
  missingOf,
  nameOf,
  type ReportContext,
  serveCommand,
  tableOf,
} from './report-context.ts';

export const datasetChapter: Chapter = (context) => {
  const { indexed, text, formats } = context;
  const { images, objects, dataset } = indexed.study;
  const states = groupBy(images, ({ state }) => state);
  const count = (state: StudyImage['state']): string => formats.integer(states.get(state)?.length ?? 0);
  const unreadable = images.filter(({ problem }) => problem !== null).length;
  const totalBytes = images.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const rows = [
    [text('dataset.folder'), dataset.folder],
    [text('dataset.images'), formats.integer(images.length)],
    [
      text('dataset.states'),
      text('dataset.states-value', {
        accepted: count('accepted'),
        rejected: count('rejected'),
        work: count('in-work'),
        unseen: count('unseen'),
      }),
    ],
    [text('dataset.objects'), formats.integer(objects.length)],
    [text('dataset.formats'), formatsText(images, context)],
    [text('dataset.sizes'), sizesText(images, context)],
    [text('dataset.bytes'), formats.bytes(totalBytes)],
    ...(unreadable === 0 ? [] : [[text('dataset.unreadable'), formats.integer(unreadable)]]),
  ];
  const table = tableOf(
    text('dataset.caption'),
    [
      [text('property'), 'start'],
      [text('value'), 'start'],
    ],
    rows,
  );
  const empty = missingOf(text('dataset.empty'), text('dataset.empty-how'), serveCommand(context));
  return images.length === 0 ? [table, empty] : [table];
};

function formatsText(images: readonly StudyImage[], { formats }: ReportContext): string {
  const known = groupBy(
    images.filter(({ format }) => format !== null),
    ({ format }) => String(format).toUpperCase(),
  );
  const parts = [...known].map(([format, those]) => `${format} (${formats.integer(those.length)})`);
  return parts.length === 0 ? '–' : parts.join(', ');
}

function sizesText(images: readonly StudyImage[], { text, formats }: ReportContext): string {
  const sizes = images
    .flatMap(({ size }) => (size === null ? [] : [size]))
    .toSorted((a, b) => a.width * a.height - b.width * b.height);
  const [least, most] = [sizes[0], sizes.at(-1)];
  if (least === undefined || most === undefined) return '–';
  return text('dataset.sizes-value', { least: formats.size(least), most: formats.size(most) });
}

/** Thumbnails of a simple and a hard case. */
export const casesChapter: Chapter = (context) => {
  const { indexed, text } = context;
  const { simple, hard } = representativeCases(indexed);
  if (simple === null)
    return [missingOf(text('dataset.empty'), text('dataset.empty-how'), serveCommand(context))];
  const pictures = [
    caseOf(simple, 'cases.simple', context),
    ...(hard === null ? [] : [caseOf(hard, 'cases.hard', context)]),
  ];
  return [figureOf(text('cases.caption'), pictures)];
};

function caseOf(
  { image, because, value }: RepresentativeCase,
  title: 'cases.simple' | 'cases.hard',
  { text, formats }: ReportContext,
): FigurePicture {
  const name = nameOf(image);
  const number =
    value === null ? '' : because === 'many-objects' ? formats.integer(value) : formats.fixed(value, 3);
  return {
    content: { kind: 'thumbnail', imageId: image.id },
    description: text('cases.description', { name }),
    caption: `${text(title, { name })} (${text(`cases.${because}`, { value: number })})`,
    recordNames: [],
  };
}
