import type { NamedTensors, Tensor } from '@calque/models';
import type { InferenceSession, TypedTensor } from 'onnxruntime-web';
import type { DecoderSession } from '../decoding/decoder-session.ts';
import { inferenceFailed, modelLoadFailed } from '../errors.ts';

/** One of the builds of onnxruntime-web: they are separate modules with a runtime each. */
export type WebRuntime = Pick<typeof import('onnxruntime-web'), 'InferenceSession' | 'Tensor' | 'env'>;

/** Rejects with `model-load-failed`. @param model the graph's file (ONNX); only read. */
export async function loadWebSession(
  runtime: WebRuntime,
  provider: 'wasm' | 'webgpu',
  model: ArrayBuffer,
): Promise<DecoderSession> {
  const session = await createSession(runtime, provider, model);
  return {
    provider,
    run: (feeds, what) => runSession(runtime, session, feeds, what),
  };
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

async function runSession(
  runtime: WebRuntime,
  session: InferenceSession,
  feeds: NamedTensors,
  what: string,
): Promise<NamedTensors> {
  const inputs: Record<string, TypedTensor<'float32'>> = {};
  for (const [name, { data, dims }] of Object.entries(feeds)) {
    inputs[name] = new runtime.Tensor('float32', data, dims);
  }
  try {
    const outputs = await session.run(inputs);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data, dims }]) => [name, plainTensor(data, dims)]),
    );
  } catch (error) {
    throw inferenceFailed(what, messageOf(error));
  }
}

function plainTensor(data: unknown, dims: readonly number[]): Tensor {
  if (!(data instanceof Float32Array)) throw new TypeError('a tensor that is not float32');
  return { dims, data };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
