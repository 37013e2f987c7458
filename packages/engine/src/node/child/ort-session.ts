import { type CalqueError, isCalqueError } from '@calque/core';
import type { NamedTensors, Tensor } from '@calque/models';
import * as ort from 'onnxruntime-node';
import type { DecoderSession } from '../../decoding/decoder-session.ts';
import { inferenceFailed, modelLoadFailed, providerUnavailable } from '../../errors.ts';
import type { LoadResult, ProbedProvider, SessionSettings } from '../protocol.ts';
import { probeModel } from './probe-model.ts';

/** One loaded graph: plain tensors in, plain tensors out. */
export interface LoadedSession extends LoadResult, DecoderSession {
  readonly provider: string;
}

/** Rejects with `provider-unavailable`, or with `model-load-failed` where the last provider runs but not this model. */
export async function loadSession(modelPath: string, settings: SessionSettings): Promise<LoadedSession> {
  const tried: { name: string; ok: false; reason: string }[] = [];
  let loadError: CalqueError | null = null;
  for (const name of settings.providers) {
    try {
      // An absent provider throws even with others after it in the list, so each is tried alone.
      await probeProvider(name, settings);
      const session = await createSession(name, modelPath, settings);
      const providers: ProbedProvider[] = [...tried, { name, ok: true }];
      return { provider: name, providers, run: (feeds, what) => runSession(session, feeds, what) };
    } catch (error) {
      if (isCalqueError(error, 'model-load-failed')) loadError = error;
      tried.push({ name, ok: false, reason: messageOf(error) });
    }
  }
  throw loadError ?? providerUnavailable(tried);
}

async function createSession(
  provider: string,
  path: string,
  settings: SessionSettings,
): Promise<ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(path, sessionOptions(provider, settings));
  } catch (error) {
    throw modelLoadFailed(path, messageOf(error));
  }
}

/** Runs a one-operator model on the provider alone; rejects when it does not answer, or answers wrongly. */
async function probeProvider(provider: string, settings: SessionSettings): Promise<void> {
  const session = await ort.InferenceSession.create(probeModel(), sessionOptions(provider, settings));
  const { y } = await session.run({ x: new ort.Tensor('float32', Float32Array.of(-3, 5), [2]) });
  const answer = Array.from((y?.data ?? []) as Float32Array);
  await session.release();
  if (answer[0] !== 0 || answer[1] !== 5)
    throw new Error(`it answered ${answer.join(', ')} where 0, 5 was right`);
}

function sessionOptions(provider: string, settings: SessionSettings): ort.InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    intraOpNumThreads: settings.threads,
    interOpNumThreads: 1,
    // The arena keeps every block it ever had: faster, at two to three times the memory.
    enableCpuMemArena: !settings.lowMemory,
    enableMemPattern: !settings.lowMemory,
    logSeverityLevel: 3,
  };
}

async function runSession(
  session: ort.InferenceSession,
  feeds: NamedTensors,
  what: string,
): Promise<NamedTensors> {
  const inputs: Record<string, ort.Tensor> = {};
  for (const [name, { data, dims }] of Object.entries(feeds))
    inputs[name] = new ort.Tensor('float32', data, dims);
  try {
    const outputs = await session.run(inputs);
    return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, plainTensor(tensor)]));
  } catch (error) {
    throw inferenceFailed(what, messageOf(error));
  }
}

function plainTensor(tensor: ort.Tensor): Tensor {
  if (!(tensor.data instanceof Float32Array))
    throw new TypeError(`a tensor of ${tensor.type} where float32 was expected`);
  return { dims: tensor.dims, data: tensor.data };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
