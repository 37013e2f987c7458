import type { NamedTensors } from '@calque/models';

/** A loaded graph, whichever runtime runs it: plain tensors in, plain tensors out. */
export interface DecoderSession {
  /** Execution provider that runs it. */
  readonly provider: string;
  /** Rejects with `inference-failed`. @param what for the error, e.g. `decoding`. */
  run(feeds: NamedTensors, what: string): Promise<NamedTensors>;
}
