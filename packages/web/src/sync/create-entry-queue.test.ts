import { type Entry, emptyPrompt, type StepEntry } from '@calque/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { newAnnotationIn } from '../editor/annotation-edits.ts';
import { answerTo } from '../editor/testing/fake-answers.ts';
import { FakeClock } from '../editor/testing/fake-clock.ts';
import { type FakeConnection, FakeServer } from '../editor/testing/fake-server.ts';
import { MemoryQueueStore } from '../editor/testing/memory-queue-store.ts';
import { createEntryQueue } from './create-entry-queue.ts';
import type { EntryQueue, QueueReport } from './entry-queue.ts';

const image = { datasetId: 'dataset-1', imageId: 'image-1' };

let clock: FakeClock;
let server: FakeServer;
let store: MemoryQueueStore;

beforeEach(() => {
  clock = new FakeClock();
  server = new FakeServer(clock);
  store = new MemoryQueueStore();
});

interface Opened {
  readonly queue: EntryQueue;
  readonly connection: FakeConnection;
  readonly reports: QueueReport[];
}

async function open(): Promise<Opened> {
  const connection = server.connect();
  const queue = createEntryQueue({ client: connection, store, clock, ...image });
  const reports: QueueReport[] = [];
  queue.watch((report) => reports.push(report));
  await clock.advance(50);
  return { queue, connection, reports };
}

/** Creates an annotation, or renames the one that is there. */
function step(queue: EntryQueue, id: string, name: string): StepEntry {
  const before = queue.state.document.annotations.get(id) ?? null;
  const base = before ?? newAnnotationIn(queue.state.document.annotations, { id, model: 'tiny', name });
  const after = { ...base, name, revision: `${id}-${name}`, prompt: emptyPrompt };
  const gesture = before === null ? 'create' : 'rename';
  const at = new Date(clock.now()).toISOString();
  return {
    kind: 'step',
    id: `entry-${id}-${name}`,
    at,
    author: 'page',
    gesture,
    changes: [{ before, after }],
  };
}

function idsOf(entries: readonly Entry[]): string[] {
  return entries.map(({ id }) => id);
}

const rle = answerTo('tiny', { box: null, points: [], maskId: 'x' }).candidates[0]?.rle;

const onServer = (): string[] => server.log.map(({ entry }) => entry.id);

describe('entries', () => {
  test('are shown at once and saved when the server has them, in order', async () => {
    const { queue } = await open();
    queue.append(step(queue, 'a', 'one'));
    queue.append(step(queue, 'a', 'two'));
    expect(queue.state).toMatchObject({ save: 'saving', unsent: 2 });
    expect(queue.state.document.annotations.get('a')?.name).toBe('two');
    await clock.runOut();
    expect(queue.state).toMatchObject({ save: 'saved', unsent: 0 });
    expect(onServer()).toEqual(['entry-a-one', 'entry-a-two']);
  });

  test('that do not fit what is shown are refused where they are made', async () => {
    const { queue } = await open();
    const entry = step(queue, 'a', 'one');
    queue.append(entry);
    expect(() => queue.append({ ...entry, id: 'again' })).toThrow(
      expect.objectContaining({ code: 'document-conflict' }),
    );
    expect(queue.state.unsent).toBe(1);
  });

  test('outlive the page: the next one sends them', async () => {
    const first = await open();
    server.stop();
    first.queue.append(step(first.queue, 'a', 'one'));
    await clock.advance(3000);
    expect(first.queue.state.save).toBe('offline');
    first.connection.dead = true;
    server.start();
    const next = await open();
    await clock.runOut();
    expect(next.reports).toEqual([{ kind: 'recovered', count: 1 }]);
    expect(onServer()).toEqual(['entry-a-one']);
    expect(await store.images()).toEqual([]);
  });

  test('whose answer was lost are not counted twice', async () => {
    const { queue } = await open();
    // The request arrives; the event and the answer do not.
    let ways = 0;
    server.network = { delayMs: () => 5, repeats: () => false, loses: () => [2, 3].includes(++ways) };
    queue.append(step(queue, 'a', 'one'));
    await clock.runOut();
    expect(server.calls.filter((name) => name === 'appendEntries').length).toBeGreaterThan(1);
    expect(onServer()).toEqual(['entry-a-one']);
    expect(queue.state.save).toBe('saved');
  });

  test('are tried again, more and more seldom, until the server is back; at once when told so', async () => {
    const { queue } = await open();
    server.stop();
    queue.append(step(queue, 'a', 'one'));
    await clock.advance(600_000);
    expect(queue.state).toMatchObject({ save: 'offline', unsent: 1 });
    server.start();
    queue.resync();
    await clock.advance(100);
    expect(queue.state).toMatchObject({ save: 'saved', unsent: 0 });
  });

  test('go in requests of a bounded size', async () => {
    const { queue } = await open();
    server.stop();
    for (let i = 0; i < 450; i++) queue.append(step(queue, `a${i}`, 'one'));
    server.start();
    server.calls.length = 0;
    queue.resync();
    await clock.runOut();
    expect(server.log).toHaveLength(450);
    expect(server.calls.filter((name) => name === 'appendEntries').length).toBeGreaterThanOrEqual(3);
  });
});

describe('entries of others', () => {
  test('come below the own ones that are not sent yet', async () => {
    const mine = await open();
    const theirs = await open();
    server.network = { delayMs: () => 300, repeats: () => false, loses: () => false };
    theirs.queue.append(step(theirs.queue, 'b', 'theirs'));
    await clock.advance(100);
    mine.queue.append(step(mine.queue, 'a', 'mine'));
    await clock.runOut();
    expect(onServer()).toEqual(['entry-b-theirs', 'entry-a-mine']);
    expect(idsOf(mine.queue.state.log)).toEqual(onServer());
  });

  test('that conflict win; the own one is dropped and reported, and what follows from it', async () => {
    const mine = await open();
    const theirs = await open();
    mine.queue.append(step(mine.queue, 'a', 'one'));
    await clock.runOut();
    theirs.queue.resync();
    await clock.runOut();
    theirs.queue.append(step(theirs.queue, 'a', 'theirs'));
    await clock.runOut();
    mine.queue.append(step(mine.queue, 'a', 'mine'));
    mine.queue.append(step(mine.queue, 'a', 'mine too'));
    mine.queue.append(step(mine.queue, 'b', 'other'));
    await clock.runOut();
    expect(mine.reports).toHaveLength(1);
    const [report] = mine.reports;
    expect(report?.kind === 'conflict' && idsOf(report.entries)).toEqual([
      'entry-a-mine',
      'entry-a-mine too',
    ]);
    expect(onServer()).toEqual(['entry-a-one', 'entry-a-theirs', 'entry-b-other']);
    expect(mine.queue.state.document.annotations.get('a')?.name).toBe('theirs');
    expect(await store.images()).toEqual([]);
  });

  test('told in any order, twice, and with a gap, are read where they are missing', async () => {
    const { queue } = await open();
    const theirs = await open();
    for (const name of ['one', 'two', 'three']) theirs.queue.append(step(theirs.queue, 'a', name));
    await clock.runOut();
    const [first, second, third] = server.log;
    if (first === undefined || second === undefined || third === undefined) throw new Error('too few');
    server.calls.length = 0;
    queue.receive([second, first, second]);
    await clock.runOut();
    expect(idsOf(queue.state.log)).toEqual(['entry-a-one', 'entry-a-two']);
    expect(server.calls).toEqual([]);
    theirs.queue.append(step(theirs.queue, 'a', 'four'));
    await clock.runOut();
    const fourth = server.log[3];
    if (fourth === undefined) throw new Error('too few');
    queue.receive([fourth]);
    await clock.runOut();
    expect(server.calls).toContain('readDocument');
    expect(idsOf(queue.state.log)).toEqual(onServer());
  });
});

describe('masks', () => {
  if (rle === undefined) throw new Error('an answer without candidates');

  test('are stored before the entries, and unsaved until they are', async () => {
    const { queue } = await open();
    const maskId = queue.keepMask(rle);
    expect(queue.state.save).toBe('saving');
    const entry = step(queue, 'a', 'painted');
    const [change] = entry.changes;
    if (change?.after == null) throw new Error('no annotation');
    queue.append({ ...entry, changes: [{ before: null, after: { ...change.after, editedMask: maskId } }] });
    await clock.runOut();
    expect(server.calls.filter((name) => name !== 'readDocument')).toEqual(['writeMask', 'appendEntries']);
    expect(server.violations).toEqual([]);
    expect(queue.state.save).toBe('saved');
  });

  test('outlive the page as well, and tell when they are written', async () => {
    const first = await open();
    server.stop();
    const maskId = first.queue.keepMask(rle);
    let written = false;
    void first.queue.maskWritten(maskId).then(() => {
      written = true;
    });
    await clock.advance(100);
    expect(written).toBe(false);
    first.connection.dead = true;
    server.start();
    const next = await open();
    await clock.runOut();
    await next.queue.maskWritten(maskId);
    expect(server.masks.get(maskId)).toEqual(rle);
    expect(await next.queue.readMask(maskId, { signal: new AbortController().signal })).toEqual(rle);
  });
});

describe('a server', () => {
  test('that refuses a mask gets none of the entries that need it, then or later', async () => {
    const { queue, reports } = await open();
    server.refusesMasks = true;
    for (const id of ['a', 'b']) {
      const entry = step(queue, id, 'painted');
      const [change] = entry.changes;
      if (change?.after == null || rle === undefined) throw new Error('no annotation');
      const after = { ...change.after, editedMask: queue.keepMask(rle) };
      queue.append({ ...entry, changes: [{ before: null, after }] });
      queue.append(step(queue, `${id}-plain`, 'one'));
      await clock.runOut();
    }
    expect(reports).toMatchObject([
      { kind: 'refused', entries: [{ id: 'entry-a-painted' }], error: { code: 'mask-wrong-size' } },
      { kind: 'refused', entries: [{ id: 'entry-b-painted' }] },
    ]);
    expect(onServer()).toEqual(['entry-a-plain-one', 'entry-b-plain-one']);
    expect(queue.state).toMatchObject({ save: 'saved', unsent: 0 });
    expect(await store.images()).toEqual([]);
  });

  test('that refuses an entry for good does not hold up the others', async () => {
    const { queue, reports } = await open();
    server.refusedGesture = 'rename';
    server.stop();
    queue.append(step(queue, 'a', 'one'));
    queue.append(step(queue, 'a', 'two'));
    queue.append(step(queue, 'b', 'one'));
    server.start();
    await clock.runOut();
    expect(reports).toMatchObject([{ kind: 'refused', entries: [{ id: 'entry-a-two' }] }]);
    expect(onServer()).toEqual(['entry-a-one', 'entry-b-one']);
    expect(queue.state.save).toBe('saved');
  });

  test('that went back to a backup gets again what it lost', async () => {
    const { queue } = await open();
    for (const name of ['one', 'two', 'three']) queue.append(step(queue, 'a', name));
    await clock.runOut();
    server.log = server.log.slice(0, 1);
    queue.resync();
    await clock.runOut();
    expect(onServer()).toEqual(['entry-a-one', 'entry-a-two', 'entry-a-three']);
    expect(queue.state).toMatchObject({ save: 'saved', unsent: 0 });
  });

  test('that is gone when the image is opened is waited for; work begins all the same', async () => {
    server.stop();
    const { queue } = await open();
    queue.append(step(queue, 'a', 'one'));
    expect(queue.state).toMatchObject({ loaded: false, save: 'offline' });
    server.start();
    await clock.runOut();
    expect(queue.state).toMatchObject({ loaded: true, save: 'saved' });
    expect(onServer()).toEqual(['entry-a-one']);
  });
});
