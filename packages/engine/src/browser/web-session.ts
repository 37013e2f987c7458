import type { NamedTensors, Tensor } from '@calque/models';
import type { InferenceSession, TypedTensor } from 'onnxruntime-web';
import type { DecoderSession } from '../decoding/decoder-session.ts';
import { inferenceFailed, modelLoadFailed } from '../errors.ts';

/** One of the builds of onnxruntime-web: they are separate modules with a runtime each. */
export type WebRuntime = Pick<typeof import('onnxruntime-web'), 'InferenceSession' | 'Tensor' | 'env'>;

export interface WebGraph {
  /** The graph's file (ONNX); only read. */
  readonly model: ArrayBuffer;
  /** What inputs and outputs are called in the file, where that differs. */
  readonly names: Readonly<Record<string, string>>;
}

/** Rejects with `model-load-failed`. */
export async function loadWebSession(
  runtime: WebRuntime,
  provider: 'wasm' | 'webgpu',
  { model, names }: WebGraph,
): Promise<DecoderSession> {
  const session = await createSession(runtime, provider, model);
  const graph = new NamedGraph(runtime, session, names);
  return { provider, run: (feeds, what) => graph.run(feeds, what) };
}

async function createSession(
  runtime: WebRuntime,
  provider: string,
  model: ArrayBuffer,
): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(model, {
      executionProviders: [provider],
      logSeverityLevel: 3,
    });
  } catch (error) {
    throw modelLoadFailed('the decoder', messageOf(error));
  }
}

class NamedGraph {
  readonly #runtime: WebRuntime;
  readonly #session: InferenceSession;
  readonly #names: WebGraph['names'];
  readonly #published: ReadonlyMap<string, string>;

  constructor(runtime: WebRuntime, session: InferenceSession, names: WebGraph['names']) {
    this.#runtime = runtime;
    this.#session = session;
    this.#names = names;
    this.#published = new Map(Object.entries(names).map(([name, inFile]) => [inFile, name]));
  }

  async run(feeds: NamedTensors, what: string): Promise<NamedTensors> {
    const inputs = Object.entries(feeds).map(([name, tensor]) => {
      const inFile = this.#names[name] ?? name;
      return [inFile, this.#input(inFile, tensor)] as const;
    });
    try {
      const outputs = await this.#session.run(Object.fromEntries(inputs));
      return Object.fromEntries(
        Object.entries(outputs).map(([name, { data, dims }]) => [
          this.#published.get(name) ?? name,
          plainTensor(data, dims),
        ]),
      );
    } catch (error) {
      throw inferenceFailed(what, messageOf(error));
    }
  }

  /** Some exporters want labels as integers. */
  #input(name: string, { data, dims }: Tensor): TypedTensor<'float32'> | TypedTensor<'int64'> {
    const { Tensor: WebTensor } = this.#runtime;
    const wanted = this.#session.inputMetadata.find((input) => input.name === name);
    if (wanted?.isTensor !== true || wanted.type !== 'int64') return new WebTensor('float32', data, dims);
    const whole = BigInt64Array.from(data, (value) => BigInt(Math.round(value)));
    return new WebTensor('int64', whole, dims);
  }
}

function plainTensor(data: unknown, dims: readonly number[]): Tensor {
  if (!(data instanceof Float32Array)) throw new TypeError('a tensor that is not float32');
  return { dims, data };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
