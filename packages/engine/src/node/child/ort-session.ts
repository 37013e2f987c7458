import { type CalqueError, isCalqueError } from '@calque/core';
import type { NamedTensors, Tensor } from '@calque/models';
import * as ort from 'onnxruntime-node';
import type { DecoderSession } from '../../decoding/decoder-session.ts';
import { inferenceFailed, modelLoadFailed, providerUnavailable } from '../../errors.ts';
import type { LoadArgs, LoadResult, ProbedProvider, SessionSettings } from '../protocol.ts';
import { probeModel } from './probe-model.ts';

/** One loaded graph: plain tensors in, plain tensors out. */
export interface LoadedSession extends LoadResult, DecoderSession {
  readonly provider: string;
}

/** Rejects with `provider-unavailable`, or with `model-load-failed` or `engine-out-of-memory` where the last provider runs but not this model. */
export async function loadSession(
  { modelPath, names }: Pick<LoadArgs, 'modelPath' | 'names'>,
  settings: SessionSettings,
): Promise<LoadedSession> {
  const tried: { name: string; ok: false; reason: string }[] = [];
  let loadError: CalqueError | null = null;
  for (const name of settings.providers) {
    try {
      // An absent provider throws even with others after it in the list, so each is tried alone.
      await probeProvider(name, settings);
      const session = await createSession(name, modelPath, settings);
      const providers: ProbedProvider[] = [...tried, { name, ok: true }];
      return { provider: name, providers, run: (feeds, what) => runSession(session, names, feeds, what) };
    } catch (error) {
      // What failed at the model itself says more than that no provider was left.
      if (isCalqueError(error)) loadError = error;
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
    // Weights in the order that is fastest are a second copy of them; without, they are put in order at each run.
    ...(settings.lowMemory ? { extra: { session: { disable_prepacking: '1' } } } : {}),
    logSeverityLevel: 3,
  };
}

async function runSession(
  session: ort.InferenceSession,
  names: LoadArgs['names'],
  feeds: NamedTensors,
  what: string,
): Promise<NamedTensors> {
  const inputs: Record<string, ort.Tensor> = {};
  for (const [name, tensor] of Object.entries(feeds)) {
    const inFile = names[name] ?? name;
    inputs[inFile] = inputTensor(session, inFile, tensor);
  }
  const published = new Map(Object.entries(names).map(([name, inFile]) => [inFile, name]));
  try {
    const outputs = await session.run(inputs);
    return Object.fromEntries(
      Object.entries(outputs).map(([name, tensor]) => [published.get(name) ?? name, plainTensor(tensor)]),
    );
  } catch (error) {
    throw inferenceFailed(what, messageOf(error));
  }
}

/** Some exporters want labels as integers. */
function inputTensor(session: ort.InferenceSession, name: string, { data, dims }: Tensor): ort.Tensor {
  const wanted = session.inputMetadata.find((input) => input.name === name);
  if (wanted?.isTensor !== true || wanted.type !== 'int64') return new ort.Tensor('float32', data, dims);
  return new ort.Tensor(
    'int64',
    BigInt64Array.from(data, (value) => BigInt(Math.round(value))),
    dims,
  );
}

function plainTensor(tensor: ort.Tensor): Tensor {
  if (!(tensor.data instanceof Float32Array))
    throw new TypeError(`a tensor of ${tensor.type} where float32 was expected`);
  return { dims: tensor.dims, data: tensor.data };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
