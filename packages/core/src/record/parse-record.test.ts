import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeRle, rleArea } from '../mask/rle.ts';
import { countsToString } from '../mask/rle-string.ts';
import { MAX_PROMPT_POINTS } from '../prompt/validate-prompt.ts';
import { assertProperty } from '../testing/assert-property.ts';
import { maskFromPicture } from '../testing/mask-picture.ts';
import { parseRecord, parseRecordWithMask } from './parse-record.ts';
import type { PredictionRecord } from './record.ts';

const rle = encodeRle(
  maskFromPicture(`
    .......
    ..###..
    ..###..
    ......#
  `),
);
const hash = (digit: string) => digit.repeat(64);

const record: PredictionRecord = {
  schemaVersion: 1,
  id: 'kiln-7',
  image: {
    path: 'photos/kiln.jpg',
    sha256: hash('a'),
    pixelSha256: hash('b'),
    width: 7,
    height: 4,
    orientation: 6,
  },
  model: {
    id: 'sam2-hiera-tiny',
    files: [{ name: 'encoder.ort', sha256: hash('1') }],
    provider: 'cpu',
  },
  prompt: {
    box: [1.5, 0.5, 6, 3],
    points: [{ x: 3.5, y: 1.5, label: 'foreground' }],
    maskInput: { path: 'earlier.png', sha256: hash('c'), rle: { size: [4, 7], counts: countsToString(rle) } },
  },
  candidates: [
    { index: 0, score: 1.013, stability: 0.97, areaPx: 7, box: [2, 1, 7, 4] },
    { index: 1, score: -0.25, stability: 0, areaPx: 0, box: null },
  ],
  chosen: 0,
  postprocess: { fillHolesPx: 30, smoothRadiusPx: 2 },
  mask: {
    rle: { size: [4, 7], counts: countsToString(rle) },
    areaPx: rleArea(rle),
    perimeterPx: 6,
    box: [2, 1, 7, 4],
    components: 2,
    holes: 0,
    score: 1.013,
    stability: 0.97,
  },
  timingsMs: {
    queue: 0.25,
    read: 11,
    preprocess: 22,
    encode: 2210,
    decode: 44,
    postprocess: 3,
    measure: 2,
    total: 2293.25,
    cache: 'miss',
  },
  software: { name: 'calque', version: '0.1.0' },
  createdAt: '2026-11-23T08:30:00.000Z',
};

/** A copy with the value at `path` (as `mask.rle.size.0`) replaced; `undefined` removes it. */
function changed(path: string, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(record)) as Record<string, unknown>;
  const names = path.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce((node, name) => node[name] as Record<string, unknown>, copy);
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}

describe('a record', () => {
  test('comes back as it was written', () => {
    expect(parseRecord(JSON.parse(JSON.stringify(record)))).toEqual(record);
  });

  test('comes with its mask decoded', () => {
    expect(parseRecordWithMask(record)).toEqual({ record, mask: rle });
  });

  test('may lack all that was added to the public format, and every single time', () => {
    const { id: _id, postprocess: _postprocess, image, ...rest } = record;
    const { pixelSha256: _hash, ...plainImage } = image;
    expect(parseRecord({ ...rest, image: plainImage, timingsMs: { encode: 2210 } })).toEqual({
      ...rest,
      image: plainImage,
      postprocess: {},
      timingsMs: {
        queue: 0,
        read: 0,
        preprocess: 0,
        encode: 2210,
        decode: 0,
        postprocess: 0,
        measure: 0,
        total: 0,
      },
    });
  });

  test('may lack an id, a box, a mask prompt and points', () => {
    const { id, ...plain } = record;
    const bare = { ...plain, prompt: { box: null, points: [], maskInput: null } };
    expect(parseRecord(bare)).toEqual(bare);
    expect(id).toBe('kiln-7');
  });

  test('loses fields that this version does not know', () => {
    expect(parseRecord({ ...record, mood: 'blue', image: { ...record.image, camera: 'x' } })).toEqual(record);
  });

  test.each<[string, unknown, string, RegExp]>([
    ['schemaVersion', '1', '$.schemaVersion', /found "1"/],
    ['id', true, '$.id', /found true/],
    ['image', null, '$.image', /found null/],
    ['image.width', 7.5, '$.image.width', /found 7.5/],
    ['image.height', 1e9, '$.image.height', /found 1000000000/],
    ['image.orientation', 9, '$.image.orientation', /found 9/],
    ['image.sha256', hash('A'), '$.image.sha256', /a string of 64/],
    ['image.pixelSha256', 'none', '$.image.pixelSha256', /found "none"/],
    ['postprocess', null, '$.postprocess', /found null/],
    ['timingsMs', undefined, '$.timingsMs', /found nothing/],
    ['model.files', {}, '$.model.files', /found an object/],
    ['model.files.0.sha256', 'abc', '$.model.files[0].sha256', /found "abc"/],
    ['prompt.box', [1, 2, 3], '$.prompt.box', /an array of 3/],
    ['prompt.box.2', '6', '$.prompt.box[2]', /found "6"/],
    [
      'prompt.points',
      Array.from({ length: MAX_PROMPT_POINTS + 1 }, () => ({ x: 1, y: 1, label: 'foreground' })),
      '$.prompt.points',
      /an array of 1001/,
    ],
    ['prompt.points.0.label', 'fg', '$.prompt.points[0].label', /found "fg"/],
    ['prompt.points.0.x', null, '$.prompt.points[0].x', /found null/],
    ['prompt.maskInput.rle.counts', '', '$.prompt.maskInput.rle.counts', /found ""/],
    ['candidates', [], '$.chosen', /found 0/],
    ['candidates.1.stability', 1.5, '$.candidates[1].stability', /found 1.5/],
    ['candidates.0.areaPx', 29, '$.candidates[0].areaPx', /found 29/],
    ['chosen', 2, '$.chosen', /found 2/],
    ['postprocess.keepLargest', -3, '$.postprocess.keepLargest', /found -3/],
    ['mask.rle.size', [4], '$.mask.rle.size', /an array of 1/],
    ['mask.rle.size', [7, 4], '$.mask.rle.size', /an array of 2/],
    ['mask.rle.size.0', 0, '$.mask.rle.size[0]', /found 0/],
    ['mask.rle.size', [1e5, 1e5], '$.mask.rle.size[1]', /found 100000/],
    ['mask.rle.counts', '9', '$.mask.rle.counts', /found "9"/],
    ['mask.rle.counts', '0'.repeat(204), '$.mask.rle.counts', /a string of 204/],
    ['mask.areaPx', 8, '$.mask.areaPx', /found 8/],
    ['mask.box', [2, 1, 7, 3], '$.mask.box', /an array of 4/],
    ['mask.box', null, '$.mask.box', /found null/],
    ['mask.perimeterPx', -1, '$.mask.perimeterPx', /found -1/],
    ['mask.holes', true, '$.mask.holes', /found true/],
    ['timingsMs.encode', '2 s', '$.timingsMs.encode', /found "2 s"/],
    ['timingsMs.cache', 'warm', '$.timingsMs.cache', /found "warm"/],
    ['software.version', undefined, '$.software.version', /found nothing/],
    ['createdAt', '23/11/2026', '$.createdAt', /found "23/],
    ['createdAt', '2026-13-23T08:30:00Z', '$.createdAt', /found "2026-13/],
  ])('with %s = %j is refused at that place', (path, value, where, message) => {
    expect(() => parseRecord(changed(path, value))).toThrow(
      expect.objectContaining({
        code: 'record-invalid',
        message: expect.stringMatching(message),
        details: expect.objectContaining({ path: where }),
        expected: expect.any(String),
      }),
    );
  });

  test('of a later version is refused with the advice to update', () => {
    expect(() => parseRecord({ schemaVersion: 2 })).toThrow(
      expect.objectContaining({
        code: 'record-version-unsupported',
        remedy: expect.stringContaining('Update'),
        details: { found: 2, supported: 1 },
      }),
    );
  });

  test('is not read from what all objects inherit', () => {
    const { software: _, ...rest } = record;
    expect(() => parseRecord({ ...rest, software: Object.create({ name: 'calque', version: '1' }) })).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ path: '$.software.name' }) }),
    );
  });

  test('that is anything at all is refused with one of two errors', () => {
    assertProperty(
      fc.property(fc.anything(), (value) => {
        expect(() => parseRecord(value)).toThrow(expect.objectContaining({ code: 'record-invalid' }));
      }),
    );
  });
});
