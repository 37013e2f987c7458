import { setTimeout as sleep } from 'node:timers/promises';
import { storeLockLost } from '../../errors.ts';

export interface LockTimes {
  /** A lock that was not renewed for so long belongs to a process that was killed. At least 2000. */
  readonly staleMs: number;
  readonly pollMs: number;
}

export const defaultLockTimes: LockTimes = { staleMs: 10_000, pollMs: 250 };

export interface StoreLock {
  /** Aborted when the caller's signal is, or when the lock was lost to another process. */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

export interface LockRequest {
  readonly id: string;
  /** A folder made at this path is the lock. */
  readonly path: string;
  readonly times: LockTimes;
  readonly signal: AbortSignal | undefined;
  /** Called at every look that finds the lock taken; what it resolves to true for ends the waiting. */
  readonly onWaiting: (waitedMs: number) => Promise<boolean>;
}

/**
 * Waits for the lock of a model between processes. Resolves to undefined when `onWaiting` said that the lock is not
 * needed any more. A process that dies leaves a lock that is taken over once it is stale.
 */
export async function takeStoreLock(request: LockRequest): Promise<StoreLock | undefined> {
  const { lock } = await import('proper-lockfile');
  const lost = new AbortController();
  const startMs = performance.now();
  for (;;) {
    request.signal?.throwIfAborted();
    const release = await tryLock(lock, request, lost);
    if (release !== undefined) {
      const signals = request.signal === undefined ? [lost.signal] : [request.signal, lost.signal];
      return { signal: AbortSignal.any(signals), release: () => release().catch(() => undefined) };
    }
    if (await request.onWaiting(Math.round(performance.now() - startMs))) return undefined;
    await sleep(
      request.times.pollMs,
      undefined,
      request.signal === undefined ? {} : { signal: request.signal },
    ).catch(() => request.signal?.throwIfAborted());
  }
}

async function tryLock(
  lock: typeof import('proper-lockfile').lock,
  { id, path, times }: LockRequest,
  lost: AbortController,
): Promise<(() => Promise<void>) | undefined> {
  try {
    return await lock(path, {
      lockfilePath: path,
      realpath: false,
      stale: times.staleMs,
      onCompromised: (cause) => lost.abort(storeLockLost(id, cause)),
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') return undefined;
    throw error;
  }
}
