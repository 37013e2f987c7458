import type { ResolvedModel } from '@calque/models/node';
import * as ort from 'onnxruntime-node';

/** Pixels as the reference takes them: 8-bit RGB, interleaved, row-major. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

export interface ReferencePrompt {
  readonly box?: readonly [number, number, number, number];
  readonly points?: readonly (readonly [x: number, y: number, label: 0 | 1])[];
}

export interface ReferenceCandidate {
  readonly score: number;
  /** 0 and 1, row-major, of the picture's size. */
  readonly mask: Uint8Array;
}

/**
 * The shortest honest way from pixels to masks with the same ONNX files, written from the papers' code and sharing
 * none with Calque: antialiased bilinear resize, normalisation, encoder, decoder, bilinear enlargement, threshold.
 */
export class ReferencePipeline {
  readonly #model: ResolvedModel;
  readonly #encoder: ort.InferenceSession;
  readonly #decoder: ort.InferenceSession;

  private constructor(model: ResolvedModel, encoder: ort.InferenceSession, decoder: ort.InferenceSession) {
    this.#model = model;
    this.#encoder = encoder;
    this.#decoder = decoder;
  }

  static async load(model: ResolvedModel): Promise<ReferencePipeline> {
    const options: ort.InferenceSession.SessionOptions = { logSeverityLevel: 3 };
    const encoder = await ort.InferenceSession.create(model.encoder.path, options);
    return new ReferencePipeline(
      model,
      encoder,
      await ort.InferenceSession.create(model.decoder.path, options),
    );
  }

  get #squash(): boolean {
    return this.#model.manifest.family === 'sam2';
  }

  async encode(picture: Picture): Promise<ort.InferenceSession.OnnxValueMapType> {
    const [scaledWidth, scaledHeight] = this.#scaled(picture);
    const resized = resize(picture, scaledWidth, scaledHeight);
    const mean = [123.675, 116.28, 103.53];
    const std = [58.395, 57.12, 57.375];
    const input = new Float32Array(3 * 1024 * 1024);
    for (let c = 0; c < 3; c++) {
      for (let y = 0; y < scaledHeight; y++) {
        for (let x = 0; x < scaledWidth; x++) {
          const value = resized[(y * scaledWidth + x) * 3 + c] ?? 0;
          input[(c * 1024 + y) * 1024 + x] = (value - (mean[c] ?? 0)) / (std[c] ?? 1);
        }
      }
    }
    const name = this.#encoder.inputNames[0] ?? '';
    return this.#encoder.run({ [name]: new ort.Tensor('float32', input, [1, 3, 1024, 1024]) });
  }

  async decode(
    embedding: ort.InferenceSession.OnnxValueMapType,
    picture: Picture,
    prompt: ReferencePrompt,
  ): Promise<ReferenceCandidate[]> {
    const { masks, scores } = await this.#run(embedding, picture, prompt);
    return Array.from(scores, (score, i) => ({
      score,
      mask: this.#enlarge(masks.subarray(i * 65536, (i + 1) * 65536), picture),
    }));
  }

  async #run(
    embedding: ort.InferenceSession.OnnxValueMapType,
    picture: Picture,
    { box, points = [] }: ReferencePrompt,
  ) {
    const [scaledWidth, scaledHeight] = this.#scaled(picture);
    const corners = box === undefined ? [] : [[box[0], box[1], 2] as const, [box[2], box[3], 3] as const];
    const padding = this.#squash || box !== undefined ? [] : [[0, 0, -1] as const];
    const all = this.#squash ? [...corners, ...points] : [...points, ...corners, ...padding];
    const coords = all.flatMap(([x, y]) => [
      (x * scaledWidth) / picture.width,
      (y * scaledHeight) / picture.height,
    ]);
    const shared = {
      point_coords: new ort.Tensor('float32', Float32Array.from(coords), [1, all.length, 2]),
      point_labels: new ort.Tensor(
        'float32',
        Float32Array.from(all, ([, , label]) => label),
        [1, all.length],
      ),
      mask_input: new ort.Tensor('float32', new Float32Array(65536), [1, 1, 256, 256]),
      has_mask_input: new ort.Tensor('float32', Float32Array.of(0), [1]),
    };
    const embeddings = this.#squash
      ? embedding
      : { image_embeddings: Object.values(embedding)[0] as ort.Tensor };
    const outputs = await this.#decoder.run({ ...embeddings, ...shared });
    const tensors = Object.values(outputs).map(({ data }) => data as Float32Array);
    const [large, small] = tensors.sort((a, b) => b.length - a.length);
    if (large === undefined || small === undefined) throw new Error('the decoder gave no masks and scores');
    return { masks: large, scores: small };
  }

  #scaled({ width, height }: Picture): [number, number] {
    if (this.#squash) return [1024, 1024];
    const scale = 1024 / Math.max(width, height);
    return [Math.floor(width * scale + 0.5), Math.floor(height * scale + 0.5)];
  }

  #enlarge(logits: Float32Array, picture: Picture): Uint8Array {
    const { width, height } = picture;
    if (this.#squash) return enlargeAndCut(logits, 256, 256, width, height);
    const [scaledWidth, scaledHeight] = this.#scaled(picture);
    const square = bilinear(logits, 256, 256, 1024, 1024);
    const valid = new Float32Array(scaledWidth * scaledHeight);
    for (let y = 0; y < scaledHeight; y++) {
      valid.set(square.subarray(y * 1024, y * 1024 + scaledWidth), y * scaledWidth);
    }
    return enlargeAndCut(valid, scaledWidth, scaledHeight, width, height);
  }
}

/**
 * Antialiased bilinear, columns then rows, rounded to 8 bits after each, as imaging libraries do it.
 * The encoder is sensitive to that rounding (docs/decisions), so the reference must say which one it is.
 */
function resize({ width, height, pixels }: Picture, toWidth: number, toHeight: number): Uint8Array {
  const wide = alongAxis(pixels, { outer: height, length: width, inner: 3 }, toWidth);
  return alongAxis(wide, { outer: 1, length: height, inner: toWidth * 3 }, toHeight);
}

/** Resizes the middle axis of [outer, length, inner]. */
function alongAxis(
  source: Uint8Array,
  { outer, length, inner }: { readonly outer: number; readonly length: number; readonly inner: number },
  toLength: number,
): Uint8Array {
  const ratio = length / toLength;
  const reach = Math.max(1, ratio);
  const result = new Uint8Array(outer * toLength * inner);
  for (let i = 0; i < toLength; i++) {
    const centre = (i + 0.5) * ratio;
    const from = Math.max(0, Math.floor(centre - reach));
    const to = Math.min(length, Math.ceil(centre + reach));
    const weights = Float64Array.from({ length: to - from }, (_, k) =>
      Math.max(0, 1 - Math.abs(from + k + 0.5 - centre) / reach),
    );
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let o = 0; o < outer; o++) {
      for (let n = 0; n < inner; n++) {
        let sum = 0;
        for (let k = from; k < to; k++) {
          sum += (weights[k - from] as number) * (source[(o * length + k) * inner + n] as number);
        }
        result[(o * toLength + i) * inner + n] = Math.floor(sum / total + 0.5);
      }
    }
  }
  return result;
}

function bilinear(
  source: Float32Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Float32Array {
  const result = new Float32Array(toWidth * toHeight);
  for (let y = 0; y < toHeight; y++) {
    for (let x = 0; x < toWidth; x++) {
      result[y * toWidth + x] = sampleAt(
        source,
        width,
        height,
        ((x + 0.5) * width) / toWidth,
        ((y + 0.5) * height) / toHeight,
      );
    }
  }
  return result;
}

/** Threshold of {@link bilinear} at 0, without keeping the enlarged logits. */
function enlargeAndCut(
  source: Float32Array,
  width: number,
  height: number,
  toWidth: number,
  toHeight: number,
): Uint8Array {
  const result = new Uint8Array(toWidth * toHeight);
  for (let y = 0; y < toHeight; y++) {
    for (let x = 0; x < toWidth; x++) {
      const value = sampleAt(
        source,
        width,
        height,
        ((x + 0.5) * width) / toWidth,
        ((y + 0.5) * height) / toHeight,
      );
      result[y * toWidth + x] = value > 0 ? 1 : 0;
    }
  }
  return result;
}

function sampleAt(source: Float32Array, width: number, height: number, x: number, y: number): number {
  const left = Math.max(0, x - 0.5);
  const top = Math.max(0, y - 0.5);
  const x0 = Math.min(Math.floor(left), width - 1);
  const y0 = Math.min(Math.floor(top), height - 1);
  const x1 = Math.min(x0 + 1, width - 1);
  const y1 = Math.min(y0 + 1, height - 1);
  const fx = left - x0;
  const fy = top - y0;
  const upper = (1 - fx) * (source[y0 * width + x0] as number) + fx * (source[y0 * width + x1] as number);
  const lower = (1 - fx) * (source[y1 * width + x0] as number) + fx * (source[y1 * width + x1] as number);
  return (1 - fy) * upper + fy * lower;
}
