import { describe, expect, test } from 'vitest';
import { Scheduler, type Slot, type TaskLane } from './scheduler.ts';

interface Job {
  readonly finish: () => void;
  readonly fail: (reason: unknown) => void;
  readonly done: Promise<unknown>;
  signal?: AbortSignal;
}

/** A scheduler whose tasks end when the test says so; `log` has the names of tasks in the order they began. */
function harness(maxWaiting = 50, maxWaitingOfPerson = 20) {
  let clock = 1000;
  const log: string[] = [];
  const scheduler = new Scheduler({ maxWaiting, maxWaitingOfPerson, now: () => clock });
  const add = (
    name: string,
    lane: TaskLane,
    slot: Slot,
    extra: {
      readonly session?: string;
      readonly key?: string;
      readonly person?: string;
      readonly signal?: AbortSignal;
    } = {},
  ): Job => {
    let finish: () => void = () => undefined;
    let fail: (reason: unknown) => void = () => undefined;
    const gate = new Promise<void>((resolve, reject) => {
      finish = resolve;
      fail = reject;
    });
    const job: { -readonly [K in keyof Job]: Job[K] } = { finish, fail, done: Promise.resolve() };
    job.done = scheduler.run({
      lane,
      slot,
      ...extra,
      work: (signal) => {
        log.push(name);
        job.signal = signal;
        return gate.then(() => name);
      },
    });
    // Tests look at rejections when they like.
    job.done.catch(() => undefined);
    return job;
  };
  return { scheduler, log, add, tick: (ms: number) => (clock += ms) };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('the scheduler', () => {
  test('runs one task per slot at a time, first come first served', async () => {
    const { add, log } = harness();
    const first = add('first', 'decode', 'decoder');
    add('second', 'decode', 'decoder');
    add('elsewhere', 'encode', 'encoder');
    expect(log).toEqual(['first', 'elsewhere']);
    first.finish();
    await settle();
    expect(log).toEqual(['first', 'elsewhere', 'second']);
  });

  test('decodes go before encodes, encodes before batch', async () => {
    const { add, log } = harness();
    const busy = add('busy', 'decode', 'decoder');
    add('batch', 'batch', 'decoder');
    const encode = add('encode', 'encode', 'decoder');
    const decode = add('decode', 'decode', 'decoder');
    busy.finish();
    await settle();
    decode.finish();
    await settle();
    encode.finish();
    await settle();
    expect(log).toEqual(['busy', 'decode', 'encode', 'batch']);
  });

  test('batch work waits for the last interactive task, on whatever slot that is', async () => {
    const { add, log } = harness();
    const encode = add('encode', 'encode', 'encoder');
    add('batch', 'batch', 'decoder');
    expect(log).toEqual(['encode']);
    encode.finish();
    await settle();
    expect(log).toEqual(['encode', 'batch']);
  });

  test('says how long a task waited', async () => {
    const { add, tick } = harness();
    const first = add('first', 'decode', 'decoder');
    const second = add('second', 'decode', 'decoder');
    tick(37);
    first.finish();
    await settle();
    second.finish();
    await expect(second.done).resolves.toEqual({ value: 'second', queueMs: 37 });
  });

  test('refuses what comes when too many wait, and takes more afterwards', async () => {
    const { add } = harness(2);
    const running = add('running', 'decode', 'decoder');
    const waiting = add('waiting', 'decode', 'decoder');
    add('waiting too', 'decode', 'decoder');
    await expect(add('refused', 'decode', 'decoder').done).rejects.toMatchObject({ code: 'engine-busy' });
    running.finish();
    waiting.finish();
    await settle();
    const later = add('later', 'decode', 'decoder');
    later.finish();
    await settle();
    expect(later.signal?.aborted).not.toBe(true);
  });

  test('a newer task of a session supersedes the waiting ones of that session alone', async () => {
    const { add, log } = harness();
    const running = add('a1', 'decode', 'decoder', { session: 'a' });
    const waiting = add('a2', 'decode', 'decoder', { session: 'a' });
    const other = add('b1', 'decode', 'decoder', { session: 'b' });
    add('a3', 'decode', 'decoder', { session: 'a' });
    await expect(waiting.done).rejects.toMatchObject({ code: 'superseded' });
    running.finish();
    await settle();
    other.finish();
    await settle();
    expect(log).toEqual(['a1', 'b1', 'a3']);
  });

  test('a cancelled waiting task never runs', async () => {
    const { add, log } = harness();
    const controller = new AbortController();
    const running = add('running', 'decode', 'decoder');
    const cancelled = add('cancelled', 'decode', 'decoder', { signal: controller.signal });
    controller.abort('changed my mind');
    await expect(cancelled.done).rejects.toBe('changed my mind');
    running.finish();
    await settle();
    expect(log).toEqual(['running']);
  });

  test('cancelling the last interactive task lets batch work start', () => {
    const { add, log } = harness();
    const controller = new AbortController();
    add('running', 'batch', 'decoder');
    add('decode', 'decode', 'decoder', { signal: controller.signal });
    add('batch', 'batch', 'encoder');
    controller.abort();
    expect(log).toEqual(['running', 'batch']);
  });

  test('a cancelled running task answers at once and keeps its slot until it has stopped', async () => {
    const { add, log } = harness();
    const controller = new AbortController();
    const running = add('running', 'encode', 'encoder', { signal: controller.signal });
    add('next', 'encode', 'encoder');
    controller.abort('stop');
    await expect(running.done).rejects.toBe('stop');
    expect(running.signal?.aborted).toBe(true);
    await settle();
    expect(log).toEqual(['running']);
    running.fail('stopped');
    await settle();
    expect(log).toEqual(['running', 'next']);
  });

  test('a task that somebody waits for in person leaves the batch lane, behind those who came before', async () => {
    const { add, log, scheduler } = harness();
    const running = add('running', 'encode', 'encoder');
    add('batch', 'batch', 'encoder');
    add('wanted', 'batch', 'encoder', { key: 'k' });
    const interactive = add('interactive', 'encode', 'encoder');
    scheduler.promote('k', 'encode');
    running.finish();
    await settle();
    interactive.finish();
    await settle();
    expect(log).toEqual(['running', 'interactive', 'wanted']);
  });

  test('a failure is that of its task alone', async () => {
    const { add, log } = harness();
    const failing = add('failing', 'decode', 'decoder');
    add('next', 'decode', 'decoder');
    failing.fail(new Error('broken'));
    await expect(failing.done).rejects.toThrow('broken');
    await settle();
    expect(log).toEqual(['failing', 'next']);
  });

  test('closing rejects everything and starts nothing more', async () => {
    const { add, scheduler, log } = harness();
    const running = add('running', 'decode', 'decoder');
    const waiting = add('waiting', 'batch', 'decoder');
    scheduler.close();
    await expect(running.done).rejects.toMatchObject({ code: 'engine-closed' });
    await expect(waiting.done).rejects.toMatchObject({ code: 'engine-closed' });
    await expect(add('late', 'decode', 'decoder').done).rejects.toMatchObject({ code: 'engine-closed' });
    running.finish();
    await settle();
    expect(log).toEqual(['running']);
  });
});

describe('several people', () => {
  /** Ends what runs, one after the other, until nothing is left. */
  const runAll = async (jobs: readonly Job[]): Promise<void> => {
    for (let round = 0; round < jobs.length; round++) {
      for (const job of jobs) job.finish();
      await settle();
    }
  };

  test('take turns, so that one with many tasks does not hold up another with one', async () => {
    const { add, log } = harness();
    const many = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'].map((name) =>
      add(name, 'decode', 'decoder', { person: 'ann' }),
    );
    const single = add('b1', 'decode', 'decoder', { person: 'bob' });
    await runAll([...many, single]);
    expect(log).toEqual(['a1', 'b1', 'a2', 'a3', 'a4', 'a5', 'a6']);
  });

  test('take turns in every lane, batches too', async () => {
    const { add, log } = harness();
    const jobs = [
      add('busy', 'decode', 'decoder'),
      ...['a1', 'a2', 'a3'].map((name) => add(name, 'batch', 'decoder', { person: 'ann' })),
      ...['b1', 'b2'].map((name) => add(name, 'batch', 'decoder', { person: 'bob' })),
      add('c1', 'batch', 'decoder', { person: 'cleo' }),
    ];
    await runAll(jobs);
    expect(log).toEqual(['busy', 'a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  test('who asks one by one is not served before those who wait longer', async () => {
    const { add, log } = harness();
    const ann = add('a1', 'decode', 'decoder', { person: 'ann' });
    const bobs = ['b1', 'b2'].map((name) => add(name, 'decode', 'decoder', { person: 'bob' }));
    ann.finish();
    await settle();
    const again = add('a2', 'decode', 'decoder', { person: 'ann' });
    await runAll([...bobs, again]);
    expect(log).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  test('one who fills his own part of the queue is refused, and another is not', async () => {
    const { add } = harness(50, 3);
    const jobs = ['a1', 'a2', 'a3', 'a4'].map((name) => add(name, 'decode', 'decoder', { person: 'ann' }));
    const refused = add('a5', 'decode', 'decoder', { person: 'ann' });
    await expect(refused.done).rejects.toMatchObject({
      code: 'engine-busy',
      message: expect.stringContaining('3 requests of the same person'),
    });
    const other = add('b1', 'decode', 'decoder', { person: 'bob' });
    await runAll([...jobs, other]);
    await expect(other.done).resolves.toMatchObject({ value: 'b1' });
  });
});
