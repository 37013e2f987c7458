import { mkdir, mkdtemp, readdir, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { OUTPUT_LOCK_NAME, withOutputLock } from './output-lock.ts';

let folder: string;
const signal = new AbortController().signal;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'calque-lock-'));
});

afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

/** As another process does that calls the lock stale. */
async function takeOver(): Promise<void> {
  await rmdir(path.join(folder, OUTPUT_LOCK_NAME));
  // Most file systems would give a folder that is made next the same inode.
  await mkdir(path.join(folder, 'between'));
  await mkdir(path.join(folder, OUTPUT_LOCK_NAME));
}

describe('withOutputLock', () => {
  test('lets one in after the other, and leaves nothing', async () => {
    const events: string[] = [];
    const work = (name: string) =>
      withOutputLock(folder, signal, async (lock) => {
        events.push(`${name} in`);
        await lock.check();
        events.push(`${name} out`);
      });
    await Promise.all([work('a'), work('b'), work('c')]);
    for (let i = 0; i < events.length; i += 2) {
      expect(events[i + 1]).toBe(events[i]?.replace('in', 'out'));
    }
    expect(events).toHaveLength(6);
    expect(await readdir(folder)).toEqual([]);
  });

  test('a lock that another took over is said to be lost, and is left to the other', async () => {
    const lost = withOutputLock(folder, signal, async (lock) => {
      await takeOver();
      await lock.check();
    });
    await expect(lost).rejects.toMatchObject({ code: 'output-lock-lost' });
    expect(await readdir(folder)).toContain(OUTPUT_LOCK_NAME);
  });

  test('a process that was stopped for long does not trust its lock', async () => {
    const lost = withOutputLock(folder, signal, async (lock) => {
      await lock.check();
      const laterMs = Date.now() + 9000;
      vi.spyOn(Date, 'now').mockReturnValue(laterMs);
      await lock.check();
    });
    await expect(lost).rejects.toMatchObject({ code: 'output-lock-lost' });
  });

  test('the work that fails gives the lock back', async () => {
    const failed = withOutputLock(folder, signal, async () => {
      throw new TypeError('a fault');
    });
    await expect(failed).rejects.toThrow('a fault');
    expect(await readdir(folder)).toEqual([]);
  });

  test('who waits can be stopped', async () => {
    const controller = new AbortController();
    await withOutputLock(folder, signal, async () => {
      const waiting = withOutputLock(folder, controller.signal, async () => undefined);
      controller.abort(new Error('Ctrl+C'));
      await expect(waiting).rejects.toThrow('Ctrl+C');
    });
  });

  test('a process that hangs is waited for a minute', async () => {
    await withOutputLock(folder, signal, async () => {
      let nowMs = 0;
      vi.spyOn(performance, 'now').mockImplementation(() => {
        nowMs += 31_000;
        return nowMs;
      });
      const waiting = withOutputLock(folder, signal, async () => undefined);
      await expect(waiting).rejects.toMatchObject({ code: 'output-busy' });
    });
  });
});
