import {
  type Bitmap,
  type BoxXyxy,
  createBitmap,
  encodeRle,
  measureMask,
  type Prompt,
  postprocess,
  type Size,
} from '@calque/core';
import type { NamedTensors } from '@calque/models';
import type { Candidate, DecodeRequest, EngineInfo, ImageFacts, ImageSource } from '../contract.ts';
import { candidateMissing, embeddingMissing, maskLogitsWrongSize } from '../errors.ts';
import type {
  Backend,
  BackendCall,
  DecodedPrompt,
  EncodedInBackend,
  ReadImage,
  StoppableCall,
} from '../service/backend.ts';

export interface FakeBackendOptions {
  /** The size of the picture that a source stands for, or a rejection. Default: 64 x 48 for every source. */
  readonly sizeOf?: (source: ImageSource) => Promise<Size> | Size;
  /** SHA-256 of the source's bytes. Default: a made-up one. */
  readonly sha256Of?: (source: ImageSource) => Promise<string> | string;
  /** What a call waits for before it answers, so that a test decides the order of events. Default: nothing. */
  readonly before?: (call: FakeCall) => Promise<void> | void;
  /** What every stage is said to have taken. Default: 0. */
  readonly stageMs?: number;
}

export interface FakeCall {
  readonly name: 'start' | 'read' | 'encode' | 'decode';
  readonly source?: string;
  readonly key?: string;
  readonly signal?: AbortSignal;
  readonly requestId?: string | null;
}

/** Growing shapes, of which the second has the highest score: part, object, group. */
const SCALES = [0.5, 0.8, 1] as const;
const SCORES = [0.71, 0.95, 0.88] as const;
const LOGITS = { width: 256, height: 256 } as const;
const STABILITIES = [0.83, 0.97, 0.91] as const;

/**
 * A model without a model: the mask of a box is the ellipse in it, the mask of points is a disc around each foreground
 * point without the discs around the background points. Everything is a function of the request.
 */
export class FakeBackend implements Backend {
  /** Every call in the order it began, for tests to look at. */
  readonly calls: FakeCall[] = [];
  readonly #embeddings = new Set<string>();
  readonly #options: FakeBackendOptions;

  constructor(options: FakeBackendOptions = {}) {
    this.#options = options;
  }

  async start(signal: AbortSignal): Promise<EngineInfo> {
    await this.#begin({ name: 'start', signal });
    return {
      model: { id: 'fake', files: [{ name: 'fake.onnx', sha256: 'f'.repeat(64) }], provider: 'fake' },
      providers: [{ name: 'fake', ok: true }],
      threads: 1,
      loadMs: 0,
    };
  }

  async read(source: ImageSource, { signal, requestId }: StoppableCall): Promise<ReadImage> {
    const path = source.kind === 'file' ? source.path : source.name;
    await this.#begin({ name: 'read', source: path, signal, requestId });
    const { width, height } = (await this.#options.sizeOf?.(source)) ?? { width: 64, height: 48 };
    const madeUp = fakeHash(source.kind === 'file' ? path : source.bytes.join());
    const sha256 = (await this.#options.sha256Of?.(source)) ?? madeUp;
    return {
      facts: {
        path,
        sha256,
        pixelSha256: fakeHash(`${sha256} ${width}x${height}`),
        width,
        height,
        orientation: 1,
        format: 'png',
        brightness: 0.375,
      },
      pixels: new Uint8Array(),
      readMs: this.#stageMs,
      preprocessMs: this.#stageMs,
    };
  }

  async lookup(key: string): Promise<'memory' | null> {
    return this.#embeddings.has(key) ? 'memory' : null;
  }

  async encode(
    key: string,
    _image: ReadImage,
    { signal, requestId }: StoppableCall,
  ): Promise<EncodedInBackend> {
    await this.#begin({ name: 'encode', key, signal, requestId });
    this.#embeddings.add(key);
    return { provider: 'fake', encodeMs: this.#stageMs, preprocessMs: 0 };
  }

  async decode(
    key: string,
    image: ImageFacts,
    request: DecodeRequest,
    { requestId }: BackendCall,
  ): Promise<DecodedPrompt> {
    await this.#begin({ name: 'decode', key, requestId });
    if (!this.#embeddings.has(key)) throw embeddingMissing(key);
    const [decodeMs, postprocessMs, measureMs] = [this.#stageMs, this.#stageMs, this.#stageMs];
    return { ...fakeDecode(image, request), decodeMs, postprocessMs, measureMs };
  }

  async tensors(key: string): Promise<NamedTensors> {
    if (!this.#embeddings.has(key)) throw embeddingMissing(key);
    const seed = Number.parseInt(fakeHash(key).slice(0, 6), 16);
    return { drawn: { dims: [1, 2, 3], data: Float32Array.from({ length: 6 }, (_, i) => (seed + i) / 7) } };
  }

  async close(): Promise<void> {
    this.#embeddings.clear();
  }

  /** As a crash of the process that holds them would. */
  forgetEmbeddings(): void {
    this.#embeddings.clear();
  }

  get #stageMs(): number {
    return this.#options.stageMs ?? 0;
  }

  async #begin(call: FakeCall): Promise<void> {
    this.calls.push(call);
    call.signal?.throwIfAborted();
    await this.#options.before?.(call);
    call.signal?.throwIfAborted();
  }
}

function fakeDecode(
  image: Size,
  request: DecodeRequest,
): Omit<DecodedPrompt, 'decodeMs' | 'postprocessMs' | 'measureMs'> {
  const { mask: given } = request.prompt;
  if (given?.kind === 'logits' && given.logits.length !== LOGITS.width * LOGITS.height)
    throw maskLogitsWrongSize(given.logits.length, LOGITS);
  const choose = request.choose ?? 'best';
  const chosen = choose === 'best' ? 1 : choose;
  if (!(chosen in SCALES)) throw candidateMissing(chosen, SCALES.length);
  const candidates = SCALES.map((scale, index) => fakeCandidate(image, request, scale, index));
  const mask = candidates[chosen]?.mask;
  if (mask === undefined) throw candidateMissing(chosen, SCALES.length);
  return {
    candidates: request.allMasks === true ? candidates : candidates.map(({ mask: _, ...rest }) => rest),
    chosen,
    mask,
    provider: 'fake',
  };
}

function fakeCandidate(
  image: Size,
  { prompt, postprocess: options, logits }: DecodeRequest,
  scale: number,
  index: number,
): Candidate {
  const drawn = draw(image, prompt, scale);
  const { areaPx, box } = measureMask(drawn);
  const score = SCORES[index] ?? 0;
  const stability = STABILITIES[index] ?? 0;
  const bitmap = options === undefined ? drawn : postprocess(drawn, options);
  return {
    index,
    score,
    stability,
    areaPx,
    box,
    mask: { rle: encodeRle(bitmap), ...measureMask(bitmap), score, stability },
    ...(logits === true ? { logits: new Float32Array(LOGITS.width * LOGITS.height).fill(index) } : {}),
  };
}

function draw(image: Size, prompt: Prompt, scale: number): Bitmap {
  const bitmap = createBitmap({ width: image.width, height: image.height });
  const reach = (scale * Math.min(image.width, image.height)) / 4;
  for (let y = 0; y < image.height; y++) {
    for (let x = 0; x < image.width; x++) {
      if (covers(x + 0.5, y + 0.5, prompt, reach, scale)) bitmap.data[y * image.width + x] = 1;
    }
  }
  return bitmap;
}

function covers(x: number, y: number, { box, points, mask }: Prompt, reach: number, scale: number): boolean {
  const near = (label: string): boolean =>
    points.some((point) => point.label === label && Math.hypot(point.x - x, point.y - y) <= reach);
  if (near('background')) return false;
  if (near('foreground')) return true;
  if (mask?.kind === 'bitmap')
    return mask.bitmap.data[Math.floor(y) * mask.bitmap.width + Math.floor(x)] === 1;
  return box !== null && insideEllipse(x, y, box, scale);
}

function insideEllipse(x: number, y: number, { x1, y1, x2, y2 }: BoxXyxy, scale: number): boolean {
  const dx = (x - (x1 + x2) / 2) / (((x2 - x1) / 2) * scale);
  const dy = (y - (y1 + y2) / 2) / (((y2 - y1) / 2) * scale);
  return dx * dx + dy * dy <= 1;
}

/** 64 hexadecimal digits that differ where texts differ; not a cryptographic hash. */
function fakeHash(text: string): string {
  let state = 2166136261;
  for (const character of text) state = Math.imul(state ^ character.charCodeAt(0), 16777619) >>> 0;
  return state.toString(16).padStart(8, '0').repeat(8);
}
