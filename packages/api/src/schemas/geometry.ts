import { type Static, Type } from 'typebox';

/** Half-open, in pixels of the oriented image; x1 < x2, y1 < y2. */
export const BoxSchema = Type.Object(
  { x1: Type.Number(), y1: Type.Number(), x2: Type.Number(), y2: Type.Number() },
  { additionalProperties: false },
);

/** A mask in COCO's compressed run lengths; the size is height first. */
export const RleSchema = Type.Object(
  {
    size: Type.Tuple([Type.Integer({ minimum: 1 }), Type.Integer({ minimum: 1 })]),
    counts: Type.String({ maxLength: 16_000_000 }),
  },
  { additionalProperties: false },
);
/** A mask as it travels: see RecordedRle of core. */
export type WireRle = Static<typeof RleSchema>;

export const IdSchema = Type.String({ minLength: 1, maxLength: 80, pattern: '^[A-Za-z0-9._-]+$' });

/** SHA-256 of what it names, lower-case hexadecimal. */
export const HashSchema = Type.String({ pattern: '^[0-9a-f]{64}$' });

export const TimeSchema = Type.String({ maxLength: 40, description: 'ISO 8601, UTC' });
