import type { MemoryStep } from './ladder/memory-step.ts';

/** What happens behind the contract, told to who keeps a log or counts. Nothing waits for who is told. */
export type EngineEvent = ChildStarted | ChildEnded | ChildCall | ChildSaid | MemoryStepTaken;

export type EngineListener = (event: EngineEvent) => void;

interface OfChild {
  readonly role: string;
  /** Null where the process could not be started. */
  readonly pid: number | null;
}

export interface ChildStarted extends OfChild {
  readonly kind: 'child-started';
  /** It takes the place of one that ended. */
  readonly again: boolean;
}

export interface ChildEnded extends OfChild {
  readonly kind: 'child-ended';
  /** Signal or exit code. */
  readonly how: string;
  /** `lost`: nobody wanted it. `cancelled`: its work was no longer wanted. `closed`: the engine was. */
  readonly why: 'lost' | 'cancelled' | 'closed';
  /** Of the calls that it had not answered. */
  readonly requestIds: readonly string[];
}

/** Told by the child itself, when it has answered a call. */
export interface ChildCall extends OfChild {
  readonly kind: 'child-call';
  readonly call: string;
  /** Null for work that no request asked for. */
  readonly requestId: string | null;
  readonly ms: number;
  /** Of the error that it answered with; null where the call went well. */
  readonly code: string | null;
}

/** Memory did not suffice, and something was given up. */
export interface MemoryStepTaken {
  readonly kind: 'memory-step';
  /** `none-left`: nothing was left to give up, and the call failed. `climbed`: everything is as was asked for again. */
  readonly step: MemoryStep | 'none-left' | 'climbed';
  /** Id of the model that answers now. */
  readonly model: string;
  readonly cause: string;
}

/** What a library in the child wrote to stderr. */
export interface ChildSaid extends OfChild {
  readonly kind: 'child-said';
  readonly text: string;
  /** Of the calls that were under way. */
  readonly requestIds: readonly string[];
}
