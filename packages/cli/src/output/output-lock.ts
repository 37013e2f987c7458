import { stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, outputBusy, outputLockLost } from '../errors.ts';

/** Held while files are put under their names, never while something is computed. */
export interface OutputLock {
  /** Throws `output-lock-lost` where another process has taken over what this one held. */
  readonly check: () => Promise<void>;
}

export const OUTPUT_LOCK_NAME = '.calque.lock';

/** A lock that was not renewed for so long belongs to a process that was killed. */
const STALE_MS = 10_000;
const RENEW_MS = 2000;
const POLL_MS = 40;
/** Results are written within a second: who waits for so long waits for a process that hangs. */
const LONGEST_WAIT_MS = 60_000;

/** Runs `use` while no other process is within this function for the same folder, which must be there. */
export async function withOutputLock<T>(
  folder: string,
  signal: AbortSignal,
  use: (lock: OutputLock) => Promise<T>,
): Promise<T> {
  const held = await waitForLock(folder, signal);
  try {
    return await use(held);
  } finally {
    await held.release();
  }
}

interface HeldLock extends OutputLock {
  readonly release: () => Promise<void>;
}

async function waitForLock(folder: string, signal: AbortSignal): Promise<HeldLock> {
  const startMs = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const held = await tryLock(folder);
    if (held !== null) return held;
    if (performance.now() - startMs > LONGEST_WAIT_MS) throw outputBusy(folder, LONGEST_WAIT_MS);
    await sleep(POLL_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

async function tryLock(folder: string): Promise<HeldLock | null> {
  const { lock } = await import('proper-lockfile');
  const file = path.join(folder, OUTPUT_LOCK_NAME);
  const pulse = startPulse();
  try {
    const release = await lock(file, {
      lockfilePath: file,
      realpath: false,
      stale: STALE_MS,
      update: RENEW_MS,
      onCompromised: pulse.lose,
    });
    return heldLock({ folder, file, pulse, release, identity: await identityOf(file) });
  } catch (error) {
    pulse.stop();
    if (errnoOf(error) === 'ELOCKED') return null;
    throw error;
  }
}

interface LockParts {
  readonly folder: string;
  readonly file: string;
  readonly pulse: Pulse;
  readonly release: () => Promise<void>;
  readonly identity: string;
}

function heldLock({ folder, file, pulse, release, identity }: LockParts): HeldLock {
  const isOurs = async (): Promise<boolean> =>
    !pulse.isLost() &&
    (await identityOf(file).then(
      (found) => found === identity,
      () => false,
    ));
  return {
    check: async () => {
      if (!(await isOurs())) throw outputLockLost(folder);
    },
    release: async () => {
      const ours = await isOurs();
      pulse.stop();
      // Another's lock is left to it. What cannot be removed here is stale before long.
      if (ours) await release().catch(() => undefined);
    },
  };
}

/** Tells a lock from the one that another process has put in its place. */
async function identityOf(file: string): Promise<string> {
  const { ino, birthtimeNs } = await stat(file, { bigint: true });
  return `${ino}:${birthtimeNs}`;
}

interface Pulse {
  readonly lose: () => void;
  readonly isLost: () => boolean;
  readonly stop: () => void;
}

/** A process that was stopped, or slept, for so long that others may call its lock stale has lost it. */
function startPulse(): Pulse {
  let lost = false;
  let lastMs = Date.now();
  const beat = (): void => {
    const nowMs = Date.now();
    lost ||= nowMs - lastMs > STALE_MS - 2 * RENEW_MS;
    lastMs = nowMs;
  };
  const timer = setInterval(beat, 500).unref();
  return {
    lose: () => {
      lost = true;
    },
    isLost: () => {
      beat();
      return lost;
    },
    stop: () => clearInterval(timer),
  };
}
