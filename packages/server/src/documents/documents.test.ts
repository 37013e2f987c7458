import { type Annotation, documentOf, type Entry } from '@calque/core';
import { afterEach, describe, expect, test } from 'vitest';
import { ServerHarness } from '../testing/server-harness.ts';
import { created, testAnnotation } from '../testing/storage-contract.ts';

let harness: ServerHarness;
afterEach(async () => {
  expect(harness.faults).toEqual([]);
  await harness.close();
});

const at = '2031-02-03T04:05:06.789Z';
const changed = (
  id: string,
  before: Annotation | null,
  after: Annotation | null,
  gesture = 'set-box',
): Entry => ({ id, at, author: 'page', kind: 'step', gesture, changes: [{ before, after }] }) as Entry;
const undo = (id: string, stepId: string): Entry => ({ id, at, author: 'page', kind: 'undo', stepId });

async function open() {
  harness = await ServerHarness.create({ files: { 'a.jpg': [64, 48], 'b.jpg': [64, 40] } });
  const params = { datasetId: harness.dataset.id, imageId: await harness.image('a.jpg') };
  const append = (baseSeq: number, ...entries: Entry[]) =>
    harness.client.call('appendEntries', { params, body: { baseSeq, entries } });
  const read = (after?: number) =>
    harness.client.call('readDocument', { params, ...(after === undefined ? {} : { query: { after } }) });
  return { params, append, read };
}

describe('the log of an image', () => {
  test('takes gestures in order, and each once', async () => {
    const { append, read } = await open();
    const one = created('e1', testAnnotation('x'));
    const two = created('e2', testAnnotation('y'));
    expect(await append(0, one)).toMatchObject({ seq: 1, entries: [{ seq: 1, entry: { id: 'e1' } }] });
    expect(await append(0, one, two)).toMatchObject({ seq: 2, entries: [{ seq: 1 }, { seq: 2 }] });
    expect(await append(2, two)).toEqual({ seq: 2, entries: [] });
    expect((await read()).entries.map(({ entry }) => entry.id)).toEqual(['e1', 'e2']);
    expect(await read(1)).toMatchObject({ seq: 2, entries: [{ seq: 2 }] });
  });

  test('tells two pages of each other, and refuses what was made for another state, with all that came along', async () => {
    const { append, read } = await open();
    const x1 = testAnnotation('x');
    const x2 = { ...x1, revision: 'x-2', name: 'wheel' };
    const x3 = { ...x1, revision: 'x-3', name: 'tyre' };
    await append(0, created('e1', x1));
    await append(1, changed('e2', x1, x2, 'rename'));
    const late = append(1, created('e3', testAnnotation('y')), changed('e4', x1, x3, 'rename'));
    await expect(late).rejects.toMatchObject({ code: 'document-conflict', details: { status: 409 } });
    expect(await read()).toMatchObject({ seq: 2 });
    const { entries } = await append(1, created('e5', testAnnotation('z')));
    expect(entries.map(({ entry }) => entry.id)).toEqual(['e2', 'e5']);
    const document = documentOf((await read()).entries.map(({ entry }) => entry as Entry));
    expect(document.annotations.get('x')?.name).toBe('wheel');
  });

  test('takes many calls at once as if they came one after the other', async () => {
    const { append, read } = await open();
    const ids = Array.from({ length: 30 }, (_, i) => `e${i}`);
    await Promise.all(ids.map((id) => append(0, created(id, testAnnotation(`of-${id}`)))));
    const { entries } = await read();
    expect(entries.map(({ seq }) => seq)).toEqual(ids.map((_, i) => i + 1));
    expect(new Set(entries.map(({ entry }) => entry.id))).toEqual(new Set(ids));
  });

  test('is told to the pages, and changes what the list shows', async () => {
    const { append, params } = await open();
    const x1 = testAnnotation('x');
    const x2 = { ...x1, revision: 'x-2', review: { status: 'accepted', maskId: 'a'.repeat(64) } } as const;
    await append(0, created('e1', x1), changed('e2', x1, x2, 'accept'));
    const told = harness.events.find((event) => event.type === 'entries');
    expect(told).toMatchObject({ imageId: params.imageId, entries: [{ seq: 1 }, { seq: 2 }] });
    const list = await harness.client.call('listImages', { params, query: { state: 'accepted' } });
    expect(list.images).toMatchObject([
      { path: 'a.jpg', annotationCount: 1, unreviewedCount: 0, state: 'accepted' },
    ]);
    await append(2, undo('e3', 'e2'));
    const dataset = await harness.client.call('readDataset', { params });
    expect(dataset).toMatchObject({ states: { 'in-work': 1, unseen: 1 }, annotationCount: 1 });
    expect(await harness.dataset.storage.decisions(params.imageId)).toMatchObject([
      { kind: 'accept', annotationId: 'x', maskId: 'a'.repeat(64), takenBack: true },
    ]);
  });

  test('counts a deletion and what comes back', async () => {
    const { append, params } = await open();
    const x = testAnnotation('x');
    await append(0, created('e1', x));
    await append(1, changed('e2', x, null, 'delete'));
    await append(2, changed('e3', null, x, 'restore'));
    const decisions = await harness.dataset.storage.decisions(params.imageId);
    expect(decisions.map(({ kind }) => kind)).toEqual(['delete', 'restore']);
  });

  test.each([
    ['an unknown gesture', { ...created('e', testAnnotation('x')), gesture: 'explode' }],
    ['an annotation with more in it', created('e', { ...testAnnotation('x'), more: 1 } as Annotation)],
    ['no entry', null],
  ])('refuses %s', async (_, entry) => {
    const { params } = await open();
    const answer = await harness.inject('POST', `${harness.path(params.imageId)}/document/entries`, {
      payload: { baseSeq: 0, entries: entry === null ? [] : [entry] },
    });
    expect(answer.json()).toMatchObject({ code: 'request-invalid', status: 400 });
  });
});

describe('labels and settings', () => {
  test('are what was written last, for all pages', async () => {
    const { params } = await open();
    const labels = [{ id: 'l1', name: 'wheel', color: '#aabbcc' }];
    expect(await harness.client.call('writeLabels', { params, body: labels })).toEqual(labels);
    expect(await harness.client.call('readLabels', { params })).toEqual(labels);
    await harness.client.call('changeSettings', { body: { theme: 'dark' } });
    await harness.client.call('changeSettings', { body: { language: 'fr' } });
    expect(await harness.client.call('readSettings', {})).toEqual({ theme: 'dark', language: 'fr' });
    expect(harness.events.map(({ type }) => type)).toEqual(expect.arrayContaining(['labels', 'settings']));
  });
});
