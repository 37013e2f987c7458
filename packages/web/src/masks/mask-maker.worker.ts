import { isCalqueError } from '@calque/core';
import { expose, transfer } from 'comlink';
import { workerFailed } from '../errors.ts';
import { makeMask, makePainted } from './make-mask.ts';
import type { MaskCalls, MaskOutcome } from './mask-calls.ts';
import type { ShownMask } from './shown-mask.ts';

const calls: MaskCalls = {
  show: async (source) => outcomeOf(() => makeMask(source)),
  paint: async (stroke) => outcomeOf(() => makePainted(stroke)),
};

function outcomeOf(make: () => ShownMask): MaskOutcome {
  try {
    const mask = make();
    const memory = new Set(mask.rings.map(({ buffer }) => buffer as ArrayBuffer));
    return transfer({ ok: true, mask }, [...memory]);
  } catch (error) {
    const known = isCalqueError(error) ? error : workerFailed('mask', String(error));
    return { ok: false, error: known.toJSON() };
  }
}

expose(calls);
