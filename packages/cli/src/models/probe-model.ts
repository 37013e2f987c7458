import type { CalqueError } from '@calque/core';
import type { ModelStore, ResolvedModel } from '@calque/models/node';
import type { CliContext } from '../context.ts';
import { type SelfTest, selfTest } from '../doctor/self-test.ts';
import { probeFailed } from '../errors.ts';

/** What a model answers to the built-in probe: an image with an object whose mask is known exactly. */
export interface ProbeAnswer {
  /** With the known mask. */
  readonly iou: number;
  readonly score: number;
  readonly areaPx: number;
}

/** How far the answers of one model may lie apart between runtimes and processors. */
const tolerance = { iou: 0.01, score: 0.02 };

/** Larger encoders are run with little memory: an import should not need more than the model's later use. */
const LARGE_BYTES = 1e9;

export async function probeModel(context: CliContext, model: ResolvedModel): Promise<SelfTest> {
  const { encoder } = model.manifest;
  const lowMemory = (encoder.weights ?? encoder).sizeBytes > LARGE_BYTES;
  const engine = await context.createEngine(model, { lowMemory, diskCache: false });
  try {
    const info = await engine.start({ signal: context.signal });
    return await selfTest(engine, info, { folder: context.assetsFolder, signal: context.signal });
  } finally {
    await engine.close();
  }
}

export function answerOf({ iou, score, areaPx }: SelfTest): ProbeAnswer {
  return { iou, score, areaPx: areaPx.found };
}

/** Weights of unknown origin need not know this kind of object; those that were published do. */
export function isAccepted({ manifest }: ResolvedModel, probe: SelfTest): boolean {
  return probe.ok || manifest.licence.spdx === 'NOASSERTION';
}

/**
 * Has a model answer again that was imported here. Null where the answer is that of the import or, where none was kept, one
 * that is accepted: it is kept then.
 */
export async function probeAgain(
  context: CliContext,
  store: ModelStore,
  id: string,
): Promise<CalqueError | null> {
  const before = asAnswer(await store.probe(id));
  context.stderr.write(`running the built-in probe of ${id}\n`);
  const model = await store.resolve(id, { signal: context.signal });
  const probe = await probeModel(context, model);
  const now = answerOf(probe);
  if (before === null) {
    if (!isAccepted(model, probe)) return probeFailed(id, described(now), `IoU ${probe.leastIou} or more`);
    await store.noteProbe(id, now);
    return null;
  }
  const same =
    Math.abs(now.iou - before.iou) <= tolerance.iou && Math.abs(now.score - before.score) <= tolerance.score;
  return same ? null : probeFailed(id, described(now), `${described(before)}, as after the import`);
}

function asAnswer(value: unknown): ProbeAnswer | null {
  const { iou, score, areaPx } = (value ?? {}) as Partial<ProbeAnswer>;
  return typeof iou === 'number' && typeof score === 'number' && typeof areaPx === 'number'
    ? { iou, score, areaPx }
    : null;
}

export function described({ iou, score, areaPx }: ProbeAnswer): string {
  return `IoU ${iou.toFixed(3)} with the known mask, score ${score.toFixed(3)}, ${areaPx} px`;
}
