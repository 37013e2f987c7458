/** Runs before the next paint of the screen; the result calls it off. */
export type RequestFrame = (run: (nowMs: number) => void) => () => void;

export interface FrameLoop {
  /** Draws these layers before the next paint, each once however often it is asked for. */
  request(...layers: readonly string[]): void;
  close(): void;
}

/** Calls `draw` with what was asked for since the last frame; nothing runs while nothing changes. */
export function createFrameLoop(
  requestFrame: RequestFrame,
  draw: (layers: ReadonlySet<string>, nowMs: number) => void,
): FrameLoop {
  let wanted = new Set<string>();
  let callOff: (() => void) | null = null;
  const run = (nowMs: number): void => {
    callOff = null;
    const layers = wanted;
    wanted = new Set();
    draw(layers, nowMs);
  };
  return {
    request: (...layers) => {
      for (const layer of layers) wanted.add(layer);
      callOff ??= requestFrame(run);
    },
    close: () => callOff?.(),
  };
}
