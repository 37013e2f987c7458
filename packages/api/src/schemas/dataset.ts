import { type Static, Type } from 'typebox';
import { HashSchema, IdSchema, TimeSchema } from './geometry.ts';

/** Where the review of an image stands, from its annotations. */
export const ImageStateSchema = Type.Union([
  Type.Literal('unseen'),
  Type.Literal('in-work'),
  Type.Literal('accepted'),
  Type.Literal('rejected'),
]);
export type ImageState = Static<typeof ImageStateSchema>;

/** What is wrong with an image's file, if anything. */
export const ImageProblemSchema = Type.Union([
  Type.Literal('missing'),
  Type.Literal('unreadable'),
  Type.Literal('unsupported'),
  Type.Literal('corrupt'),
  Type.Literal('too-large'),
]);

export const TagSchema = Type.String({ minLength: 1, maxLength: 60, pattern: '^\\S(.*\\S)?$' });

/** `TagSuggestion` of core. */
const TagSuggestionSchema = Type.Object({
  tag: Type.Union([Type.Literal('simple'), Type.Literal('crowded'), Type.Literal('hard')]),
  fact: Type.Union([
    Type.Literal('contrast'),
    Type.Literal('edge-density'),
    Type.Literal('objects'),
    Type.Literal('score'),
  ]),
  value: Type.Number(),
  threshold: Type.Number(),
});

export const ImageSchema = Type.Object({
  id: IdSchema,
  datasetId: IdSchema,
  /** Relative to the dataset's folder, with `/`. */
  path: Type.String(),
  name: Type.String(),
  /** Of the oriented image; null until the file was looked at. */
  size: Type.Union([Type.Object({ width: Type.Integer(), height: Type.Integer() }), Type.Null()]),
  sizeBytes: Type.Integer(),
  /** EXIF orientation that was applied; absent until the file was looked at. A record names it. */
  orientation: Type.Optional(Type.Integer({ minimum: 1, maximum: 8 })),
  format: Type.Union([Type.String(), Type.Null()]),
  /** Of the file; null until it was hashed. */
  sha256: Type.Union([HashSchema, Type.Null()]),
  /** The file is not the one that the annotations were made on. */
  changed: Type.Boolean(),
  problem: Type.Union([ImageProblemSchema, Type.Null()]),
  state: ImageStateSchema,
  annotationCount: Type.Integer(),
  unreviewedCount: Type.Integer(),
  tags: Type.Array(TagSchema),
  /** Tags that the facts speak for, that are neither set nor refused, each with its reason. */
  suggestions: Type.Array(TagSuggestionSchema),
  /** Of the newest answers to its annotations; null before the first. */
  lowestScore: Type.Union([Type.Number(), Type.Null()]),
  /** Large ones are shown through Deep Zoom tiles, the others whole. */
  display: Type.Union([Type.Literal('whole'), Type.Literal('tiles')]),
  modifiedAt: TimeSchema,
});
export type WireImage = Static<typeof ImageSchema>;

export const ImageSortSchema = Type.Union([
  Type.Literal('path'),
  Type.Literal('modified'),
  Type.Literal('size'),
  Type.Literal('state'),
  Type.Literal('objects'),
  Type.Literal('score'),
]);

/** `after` is the `next` of the page before. */
export const ImageListQuerySchema = Type.Object(
  {
    after: Type.Optional(Type.String({ maxLength: 2000 })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    sort: Type.Optional(ImageSortSchema),
    state: Type.Optional(ImageStateSchema),
    unreviewed: Type.Optional(Type.Boolean()),
    search: Type.Optional(Type.String({ maxLength: 200 })),
    tag: Type.Optional(TagSchema),
    /** Id of a label that one of the objects has. */
    label: Type.Optional(IdSchema),
    minObjects: Type.Optional(Type.Integer({ minimum: 0 })),
    /** Of the lowest score among the objects. */
    maxScore: Type.Optional(Type.Number()),
  },
  { additionalProperties: false },
);

export const ImagePageSchema = Type.Object({
  images: Type.Array(ImageSchema),
  /** Null on the last page. */
  next: Type.Union([Type.String(), Type.Null()]),
  /** Images that match, as far as the index knows. */
  total: Type.Integer(),
});

/** A length that is known in the image and in the world. */
export const CalibrationSchema = Type.Object(
  { lengthPx: Type.Number({ exclusiveMinimum: 0 }), lengthMm: Type.Number({ exclusiveMinimum: 0 }) },
  { additionalProperties: false },
);

export const DatasetSchema = Type.Object({
  id: IdSchema,
  name: Type.String(),
  /** Folder on the server's machine. */
  folder: Type.String(),
  imageCount: Type.Integer(),
  states: Type.Object({
    unseen: Type.Integer(),
    'in-work': Type.Integer(),
    accepted: Type.Integer(),
    rejected: Type.Integer(),
  }),
  annotationCount: Type.Integer(),
  /** Null when nothing is being indexed. */
  indexing: Type.Union([Type.Object({ done: Type.Integer(), total: Type.Integer() }), Type.Null()]),
  /** False: the images' folder cannot be written, so nothing can be uploaded; state is kept elsewhere. */
  writable: Type.Boolean(),
  /** Null while measures are in pixels alone. */
  calibration: Type.Union([CalibrationSchema, Type.Null()]),
  sample: Type.Boolean(),
});
export type WireDataset = Static<typeof DatasetSchema>;

export const LabelSchema = Type.Object(
  {
    id: IdSchema,
    name: Type.String({ minLength: 1, maxLength: 100 }),
    /** `#rrggbb`. */
    color: Type.String({ pattern: '^#[0-9a-fA-F]{6}$' }),
  },
  { additionalProperties: false },
);
export type WireLabel = Static<typeof LabelSchema>;

export const TagChangeSchema = Type.Object(
  {
    images: Type.Array(IdSchema, { minItems: 1, maxItems: 10_000 }),
    add: Type.Optional(Type.Array(TagSchema, { maxItems: 20 })),
    remove: Type.Optional(Type.Array(TagSchema, { maxItems: 20 })),
    /** Suggested, and not wanted: not suggested again for these images. */
    refuse: Type.Optional(Type.Array(TagSchema, { maxItems: 20 })),
  },
  { additionalProperties: false },
);

const CountedSchema = Type.Array(Type.Object({ name: Type.String(), count: Type.Integer() }));

/** `from`: lower ends of the bins, the last one open. */
const DistributionSchema = Type.Object({
  from: Type.Array(Type.Number()),
  counts: Type.Array(Type.Integer()),
});

export const StatisticsSchema = Type.Object({
  formats: CountedSchema,
  tags: CountedSchema,
  labels: Type.Array(Type.Object({ id: Type.Union([IdSchema, Type.Null()]), count: Type.Integer() })),
  megapixels: DistributionSchema,
  /** Objects an image. */
  objects: DistributionSchema,
  scores: DistributionSchema,
  /** Area of the answer over that of the image. */
  areaRatios: DistributionSchema,
});
export type WireStatistics = Static<typeof StatisticsSchema>;

export const ExportFormatSchema = Type.Union([
  Type.Literal('coco'),
  Type.Literal('yolo'),
  Type.Literal('voc'),
  Type.Literal('labelme'),
  Type.Literal('png'),
  Type.Literal('geojson'),
  Type.Literal('cutouts'),
  Type.Literal('csv'),
  Type.Literal('jsonl'),
]);

export const ImportResultSchema = Type.Object({
  images: Type.Integer(),
  objects: Type.Integer(),
  /** There already, with the same mask and label. */
  known: Type.Integer(),
  faults: Type.Array(Type.Object({ place: Type.String(), problem: Type.String(), expected: Type.String() })),
});
