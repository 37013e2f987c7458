import type { Annotation, Decision, Entry } from '@calque/core';
import { emptyPrompt } from '@calque/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newImage } from '../datasets/folder-index.ts';
import type {
  AppendedEntries,
  AskedBy,
  ImageQuery,
  JudgedAnswer,
  Storage,
  StoredImage,
  StoredPrediction,
  StoredSensitivity,
} from '../storage/storage.ts';

export interface StorageUnderTest {
  readonly storage: Storage;
  /** The same data, opened anew, as after a restart. */
  readonly reopen: () => Promise<Storage>;
  readonly remove: () => Promise<void>;
}

const at = '2031-02-03T04:05:06.789Z';

/** Who appends, where a test does not care. */
export const testPerson: AskedBy = { at, person: 'page p1', requestId: 'r-7' };

export function testImage(path: string, change: Partial<StoredImage> = {}): StoredImage {
  return { ...newImage({ path, sizeBytes: 100, modifiedMs: 5 }), ...change };
}

export function testAnnotation(id: string, change: Partial<Annotation> = {}): Annotation {
  return {
    id,
    revision: `${id}-1`,
    name: id,
    labelId: null,
    color: 0,
    order: 0,
    visible: true,
    locked: false,
    prompt: emptyPrompt,
    model: 'fake',
    choice: 'best',
    postprocess: {},
    editedMask: null,
    review: { status: 'unreviewed' },
    ...change,
  };
}

export function created(id: string, annotation: Annotation): Entry {
  return {
    id,
    at,
    author: 'page',
    kind: 'step',
    gesture: 'create',
    changes: [{ before: null, after: annotation }],
  };
}

const everything: ImageQuery = {
  sort: 'path',
  limit: 100,
  after: null,
  state: null,
  unreviewed: false,
  search: null,
  tag: null,
  label: null,
  minObjects: null,
  maxScore: null,
};

/** What every storage promises, whatever it stores in. */
export function storageContract(name: string, create: () => Promise<StorageUnderTest>): void {
  describe(`the storage contract: ${name}`, () => {
    let under: StorageUnderTest;
    let storage: Storage;
    beforeEach(async () => {
      under = await create();
      storage = under.storage;
    });
    afterEach(async () => {
      await storage.close();
      await under.remove();
    });

    const append = (imageId: string, afterSeq: number, entries: readonly Entry[]): Promise<boolean> =>
      storage.appendEntries({
        imageId,
        by: testPerson,
        afterSeq,
        entries: entries.map((entry, index) => ({ seq: afterSeq + index + 1, entry })),
        decisions: [],
        turned: [],
        summary: { state: 'in-work', annotationCount: 1, unreviewedCount: 1 },
        present: [],
      });

    test('tags are set, refused and taken away, and images are found by them', async () => {
      const images = ['a.jpg', 'b.jpg', 'c.jpg'].map((path) => testImage(path));
      await storage.addImages(images);
      const [a, b] = images.map(({ id }) => id) as [string, string];
      const nothing = { add: [], remove: [], refuse: [] };
      await storage.changeTags({ ...nothing, imageIds: [a, b], add: ['hard', 'été'] });
      await storage.changeTags({ ...nothing, imageIds: [a], remove: ['hard'], refuse: ['simple'] });
      expect((await storage.image(a))?.tags).toEqual({ set: ['été'], refused: ['simple'] });
      const tagged = async (tag: string) =>
        (await storage.listImages({ ...everything, tag })).images.map(({ path }) => path);
      expect([await tagged('été'), await tagged('hard'), await tagged('simple')]).toEqual([
        ['a.jpg', 'b.jpg'],
        ['b.jpg'],
        [],
      ]);
      expect((await storage.statistics()).tags).toEqual([
        { name: 'été', count: 2 },
        { name: 'hard', count: 1 },
      ]);
      await storage.removeImages([a]);
      expect(await tagged('été')).toEqual(['b.jpg']);
    });

    test('images are found and sorted by the labels, the number and the scores of their annotations', async () => {
      const images = ['a.jpg', 'b.jpg', 'c.jpg'].map((path) => testImage(path, { width: 30, height: 20 }));
      await storage.addImages(images);
      const [a, b] = images.map(({ id }) => id) as [string, string];
      const scored = (id: string, imageId: string, score: number) => testPrediction(id, imageId, score);
      const put = async (imageId: string, seq: number, present: AppendedEntries['present']) =>
        storage.appendEntries({
          imageId,
          by: testPerson,
          afterSeq: seq,
          entries: [{ seq: seq + 1, entry: created(`e${imageId}${seq}`, testAnnotation('x')) }],
          decisions: [],
          turned: [],
          summary: { state: 'in-work', annotationCount: present.length, unreviewedCount: 0 },
          present,
        });
      await storage.addPrediction(scored('p1', a, 0.4), 'x');
      await storage.addPrediction(scored('p2', a, 0.9), 'x');
      await storage.addPrediction(scored('p3', a, 0.8), 'y');
      await storage.addPrediction(scored('p4', b, 0.6), 'z');
      await put(a, 0, [
        { id: 'x', labelId: 'l1' },
        { id: 'y', labelId: null },
      ]);
      await put(b, 0, [{ id: 'z', labelId: 'l2' }]);
      const paths = async (query: Partial<ImageQuery>) =>
        (await storage.listImages({ ...everything, ...query })).images.map(({ path }) => path);
      expect(await paths({ sort: 'score' })).toEqual(['b.jpg', 'a.jpg', 'c.jpg']);
      expect(await paths({ sort: 'objects' })).toEqual(['a.jpg', 'b.jpg', 'c.jpg']);
      expect(await paths({ label: 'l2' })).toEqual(['b.jpg']);
      expect(await paths({ minObjects: 1 })).toEqual(['a.jpg', 'b.jpg']);
      expect(await paths({ maxScore: 0.7 })).toEqual(['b.jpg']);
      const { next } = await storage.listImages({ ...everything, sort: 'score', limit: 1 });
      expect(await paths({ sort: 'score', after: next })).toEqual(['a.jpg', 'c.jpg']);
      const statistics = await storage.statistics();
      expect(statistics.scores.counts).toEqual([0, 0, 0, 0, 0, 0, 1, 0, 1, 1]);
      expect(statistics.objects.counts.slice(0, 3)).toEqual([1, 1, 1]);
      expect(statistics.labels).toContainEqual({ id: 'l1', count: 1 });
      await put(a, 1, [{ id: 'x', labelId: 'l1' }]);
      expect((await storage.image(a))?.lowestScore).toBe(0.9);
    });

    test('images are found by id and by path, and keep what was changed', async () => {
      const image = testImage('a/é.jpg');
      await storage.addImages([image, testImage('b.jpg')]);
      expect(await storage.image(image.id)).toEqual(image);
      expect(await storage.imagesAt(['a/é.jpg', 'missing.jpg'])).toEqual([image]);
      await storage.changeImage(image.id, {
        width: 30,
        height: 20,
        problem: 'corrupt',
        sha256: 'f'.repeat(64),
      });
      expect(await storage.image(image.id)).toEqual({
        ...image,
        width: 30,
        height: 20,
        problem: 'corrupt',
        sha256: 'f'.repeat(64),
      });
      await storage.removeImages([image.id]);
      expect(await storage.image(image.id)).toBeNull();
      expect((await storage.counts()).images).toBe(1);
    });

    test.each(['path', 'modified', 'size', 'state'] as const)(
      'a list by %s gives every image once, page after page, whatever is added behind it',
      async (sort) => {
        const images = Array.from({ length: 23 }, (_, i) =>
          testImage(`img${i}.jpg`, {
            sizeBytes: (i * 7) % 5,
            modifiedMs: (i * 3) % 4,
            state: i % 2 ? 'accepted' : 'unseen',
          }),
        );
        await storage.addImages(images);
        const seen: string[] = [];
        let after: string | null = null;
        do {
          const page = await storage.listImages({ ...everything, sort, limit: 5, after });
          expect(page.total).toBeGreaterThanOrEqual(23);
          seen.push(...page.images.map(({ path }) => path));
          after = page.next;
          if (seen.length === 5)
            await storage.addImages([testImage('img0a.jpg', { sizeBytes: 4, modifiedMs: 3 })]);
        } while (after !== null);
        const once = seen.filter((path) => path !== 'img0a.jpg');
        expect(new Set(once).size).toBe(once.length);
        expect(once).toHaveLength(23);
      },
    );

    test('a list by path counts as people do', async () => {
      await storage.addImages(
        ['b10.jpg', 'B9.jpg', 'a/2.jpg', 'a.jpg', 'a/10.jpg'].map((path) => testImage(path)),
      );
      const { images } = await storage.listImages(everything);
      expect(images.map(({ path }) => path)).toEqual(['a/2.jpg', 'a/10.jpg', 'a.jpg', 'B9.jpg', 'b10.jpg']);
    });

    test('a list is narrowed by state, review and search, whose signs mean themselves', async () => {
      await storage.addImages([
        testImage('cat_1.jpg', { state: 'accepted' }),
        testImage('catx1.jpg', { unreviewedCount: 2, state: 'in-work' }),
        testImage('100%.jpg'),
      ]);
      const paths = async (query: Partial<ImageQuery>) =>
        (await storage.listImages({ ...everything, ...query })).images.map(({ path }) => path);
      expect(await paths({ state: 'accepted' })).toEqual(['cat_1.jpg']);
      expect(await paths({ unreviewed: true })).toEqual(['catx1.jpg']);
      expect(await paths({ search: 'CAT_' })).toEqual(['cat_1.jpg']);
      expect(await paths({ search: '%' })).toEqual(['100%.jpg']);
      expect((await storage.listImages({ ...everything, search: 'cat', limit: 1 })).total).toBe(2);
    });

    test('a place in a list that is made up, or of another order, is refused', async () => {
      await storage.addImages(['a.jpg', 'b.jpg'].map((path) => testImage(path)));
      const { next } = await storage.listImages({ ...everything, limit: 1 });
      for (const [sort, after] of [
        ['size', next],
        ['path', 'nonsense'],
        ['path', Buffer.from('["path",{}]').toString('base64url')],
      ] as const) {
        await expect(storage.listImages({ ...everything, sort, after })).rejects.toMatchObject({
          code: 'page-cursor-invalid',
        });
      }
    });

    test('a log grows at its end alone, and is there after a restart', async () => {
      const image = testImage('a.jpg');
      await storage.addImages([image]);
      const [one, two] = [created('e1', testAnnotation('x')), created('e2', testAnnotation('y'))];
      expect(await append(image.id, 0, [one])).toBe(true);
      expect(await append(image.id, 0, [two])).toBe(false);
      expect(await append(image.id, 1, [two])).toBe(true);
      await storage.close();
      storage = await under.reopen();
      expect(await storage.entries(image.id, 0)).toEqual([
        { seq: 1, entry: one },
        { seq: 2, entry: two },
      ]);
      expect(await storage.entries(image.id, 1)).toEqual([{ seq: 2, entry: two }]);
      expect(await storage.image(image.id)).toMatchObject({ state: 'in-work', annotationCount: 1 });
      expect((await storage.counts()).states).toEqual({ unseen: 0, 'in-work': 1, accepted: 0, rejected: 0 });
    });

    test('an append that fails half way has changed nothing', async () => {
      const image = testImage('a.jpg');
      await storage.addImages([image]);
      const entry = created('same', testAnnotation('x'));
      await expect(append(image.id, 0, [entry, entry])).rejects.toThrow();
      expect(await storage.entries(image.id, 0)).toEqual([]);
      expect((await storage.image(image.id))?.state).toBe('unseen');
    });

    test('of what was judged the last word on each annotation counts, without what was taken back', async () => {
      const image = testImage('a.jpg');
      await storage.addImages([image]);
      const decide = (seq: number, annotationId: string, kind: Decision['kind'], judged: JudgedAnswer) => ({
        ...{ kind, annotationId, maskId: null, reason: null, note: '', at, author: 'page' },
        ...{ entryId: `e${seq}`, takenBack: false, judged },
      });
      const decisions = [
        decide(1, 'x', 'reject', { score: 0.31, stability: 0.5, painted: false }),
        decide(2, 'y', 'accept', { score: 0.94, stability: 0.9, painted: false }),
        decide(3, 'z', 'accept', { score: 0.77, stability: 0.8, painted: true }),
        decide(4, 'x', 'accept', { score: 0.82, stability: 0.7, painted: false }),
        decide(5, 'y', 'reject', { score: 0.94, stability: 0.9, painted: false }),
      ];
      const summary = { state: 'in-work', annotationCount: 3, unreviewedCount: 0 } as const;
      const append = (afterSeq: number, rest: Pick<AppendedEntries, 'entries' | 'decisions' | 'turned'>) =>
        storage.appendEntries({
          ...{ imageId: image.id, by: testPerson, afterSeq, summary, present: [] },
          ...rest,
        });
      const entries = decisions.map(({ entryId, annotationId }, index) => ({
        seq: index + 1,
        entry: created(entryId, testAnnotation(annotationId)),
      }));
      await append(0, { entries, decisions, turned: [] });
      expect(await storage.judgedScores()).toEqual([
        { score: 0.77, verdict: 'corrected' },
        { score: 0.82, verdict: 'accepted' },
        { score: 0.94, verdict: 'rejected' },
      ]);
      const undo = { seq: 6, entry: { id: 'e6', at, author: 'page', kind: 'undo', stepId: 'e4' } as const };
      await append(5, { entries: [undo], decisions: [], turned: [{ stepId: 'e4', takenBack: true }] });
      expect(await storage.judgedScores()).toEqual([
        { score: 0.31, verdict: 'rejected' },
        { score: 0.77, verdict: 'corrected' },
        { score: 0.94, verdict: 'rejected' },
      ]);
    });

    test('decisions keep their order, and say when they were taken back', async () => {
      const image = testImage('a.jpg');
      await storage.addImages([image]);
      const decision = {
        kind: 'reject',
        annotationId: 'x',
        maskId: null,
        reason: 'incomplete',
        note: 'the tail',
        at,
        author: 'page',
        entryId: 'e1',
        takenBack: false,
      } as const;
      const rest = {
        imageId: image.id,
        by: testPerson,
        summary: { state: 'in-work', annotationCount: 1, unreviewedCount: 0 },
        present: [],
      } as const;
      const entries = [{ seq: 1, entry: created('e1', testAnnotation('x')) }];
      await storage.appendEntries({
        ...rest,
        afterSeq: 0,
        entries,
        decisions: [{ ...decision, judged: null }],
        turned: [],
      });
      expect(await storage.decisions(image.id)).toEqual([decision]);
      const undo = { seq: 2, entry: { id: 'e2', at, author: 'page', kind: 'undo', stepId: 'e1' } as const };
      const turned = [{ stepId: 'e1', takenBack: true }];
      await storage.appendEntries({ ...rest, afterSeq: 1, entries: [undo], decisions: [], turned });
      expect(await storage.decisions(image.id)).toEqual([{ ...decision, takenBack: true }]);
    });

    describe('the audit log', () => {
      const kept = { path: 'a.jpg', annotationId: 'x', entryId: 'e1', person: 'page p1', requestId: 'r-7' };

      /** A rejection and its undoing, a day apart. */
      const decide = async (image: StoredImage): Promise<void> => {
        await storage.addImages([image]);
        const rest = { imageId: image.id, summary: inWork, present: [] } as const;
        const decision = {
          kind: 'reject',
          reason: 'incomplete',
          ...{ annotationId: 'x', maskId: null, note: 'the tail' },
          ...{ at, author: 'page', entryId: 'e1', takenBack: false, judged: null },
        } as const;
        const entries = [{ seq: 1, entry: created('e1', testAnnotation('x')) }];
        await storage.appendEntries({
          ...rest,
          ...{ by: testPerson, afterSeq: 0, entries, decisions: [decision], turned: [] },
        });
        const undo = { seq: 2, entry: { id: 'e2', at, author: 'page', kind: 'undo', stepId: 'e1' } as const };
        const by = { at: '2031-02-04T04:05:06.789Z', person: 'page p2', requestId: null };
        const turned = [{ stepId: 'e1', takenBack: true }];
        await storage.appendEntries({ ...rest, by, afterSeq: 1, entries: [undo], decisions: [], turned });
      };
      const inWork = { state: 'in-work', annotationCount: 1, unreviewedCount: 0 } as const;

      test('says who decided what and when, undoing too, and keeps it when the image goes', async () => {
        const image = testImage('a.jpg');
        await decide(image);
        const lines = [
          { number: 1, at, imageId: image.id, kind: 'reject', reason: 'incomplete', ...kept },
          {
            ...{ number: 2, at: '2031-02-04T04:05:06.789Z', imageId: image.id, kind: 'undo', reason: null },
            ...{ ...kept, person: 'page p2', requestId: null },
          },
        ];
        expect(await storage.audit(0, 10)).toEqual(lines);
        await storage.removeImages([image.id]);
        expect(await storage.audit(1, 10)).toEqual(lines.slice(1));
        expect(await storage.audit(0, 1)).toEqual(lines.slice(0, 1));
      });

      test('forgets what is older than is wanted, and gives no number twice', async () => {
        const image = testImage('a.jpg');
        await decide(image);
        expect(await storage.forgetAudit(new Date('2031-02-05T00:00:00.000Z'))).toBe(2);
        expect(await storage.forgetAudit(new Date('2031-02-03T00:00:00.000Z'))).toBe(0);
        await decide(testImage('b.jpg'));
        const again = await storage.audit(0, 10);
        expect(again.map(({ number, path }) => [number, path])).toEqual([
          [3, 'b.jpg'],
          [4, 'b.jpg'],
        ]);
      });
    });

    test('predictions are found by key, newest first, without logits, each recorded once', async () => {
      const image = testImage('a.jpg');
      await storage.addImages([image]);
      const [old, fresh] = [testPrediction('p1', image.id), testPrediction('p2', image.id)];
      await storage.addPrediction(old, null);
      await storage.addPrediction(fresh, 'annotation');
      await storage.addPrediction({ ...old, best: 7 }, null);
      const found = await storage.predictions(image.id, [old.key, 'b'.repeat(64)]);
      expect(found.map(({ id, best }) => [id, best])).toEqual([
        ['p2', fresh.best],
        ['p1', old.best],
      ]);
      const { logits: _, ...candidate } = fresh.candidates[0] as NonNullable<(typeof fresh.candidates)[0]>;
      expect(found[0]).toEqual({ ...fresh, candidates: [candidate] });
      expect(await storage.predictions('another', [old.key])).toEqual([]);
    });

    test('measurements of box sensitivity are found by annotation, newest first, and go with their image', async () => {
      const image = testImage('a.jpg');
      await storage.addImages([image, testImage('b.jpg')]);
      const made = [
        testSensitivity('s1', image.id, 'mug'),
        testSensitivity('s2', image.id, 'fork'),
        testSensitivity('s3', image.id, 'mug'),
      ];
      for (const one of made) await storage.addSensitivity(one);
      await storage.close();
      storage = await under.reopen();
      const ids = async (annotationId: string | null) =>
        (await storage.sensitivities(image.id, annotationId)).map(({ id }) => id);
      expect(await ids('mug')).toEqual(['s3', 's1']);
      expect(await ids(null)).toEqual(['s3', 's2', 's1']);
      expect((await storage.sensitivities(image.id, 'fork'))[0]).toEqual(made[1]);
      expect(await storage.sensitivities(testImage('b.jpg').id, null)).toEqual([]);
      await storage.removeImages([image.id]);
      expect(await ids(null)).toEqual([]);
    });

    test('masks, labels and settings are what was written last', async () => {
      const mask = { size: [2, 3], counts: '06' } as const;
      await storage.addMask('m', mask, at);
      await storage.addMask('m', mask, at);
      expect(await storage.mask('m')).toEqual(mask);
      expect(await storage.mask('other')).toBeNull();
      const labels = ['wheel', 'truck'].map((label) => ({ id: label, name: label, color: '#123456' }));
      await storage.replaceLabels(labels);
      await storage.replaceLabels([...labels].reverse());
      expect(await storage.labels()).toEqual([...labels].reverse());
      await storage.changeSetting('k', { a: [1] });
      await storage.changeSetting('k', { a: [2] });
      expect(await storage.setting('k')).toEqual({ a: [2] });
      expect(await storage.setting('none')).toBeNull();
    });
  });
}

function testSensitivity(id: string, imageId: string, annotationId: string): StoredSensitivity {
  const spread = { mean: 31, sd: 2.5, min: 28, max: 37 };
  return {
    id,
    imageId,
    imageSha256: 'c'.repeat(64),
    annotationId,
    model: { id: 'fake', files: [{ name: 'd.onnx', sha256: 'd'.repeat(64) }] },
    prompt: { box: { x1: 1, y1: 2, x2: 30, y2: 40 }, points: [], maskId: null },
    choice: 'best',
    postprocess: { fillHolesPx: 3 },
    maskId: 'e'.repeat(64),
    family: { count: 6, range: 0.1 },
    sensitivity: {
      referenceAreaPx: 33,
      outcomes: [],
      spread: { score: spread, areaPx: spread, perimeterPx: spread, iou: spread },
      unstablePx: 7,
      unstableShare: 0.19,
      steadyChange: 0.05,
      reading: { finding: 'jumps', kind: 'grown', change: 0.1, iou: 0.4 },
    },
    map: { frame: { x1: 4, y1: 5, x2: 7, y2: 9 }, columns: 1, rows: 2, shares: 'gP8=' },
    totalMs: 12.5,
    createdAt: at,
  };
}

export function testPrediction(id: string, imageId: string, score = 1.02): StoredPrediction {
  return {
    id,
    key: 'a'.repeat(64),
    imageId,
    imageSha256: 'c'.repeat(64),
    model: { id: 'fake', files: [{ name: 'f', sha256: 'd'.repeat(64) }] },
    prompt: { box: { x1: 1, y1: 2, x2: 3, y2: 4 }, points: [], maskId: null },
    candidates: [
      {
        index: 0,
        score,
        stability: 0.9,
        areaPx: 4,
        perimeterPx: 6,
        box: null,
        components: 1,
        holes: 0,
        rle: { size: [2, 3], counts: '06' },
        logits: { side: 1, float16: 'AAA=' },
      },
    ],
    best: 0,
    where: 'browser',
    provider: 'wasm',
    cache: 'miss',
    timingsMs: {
      queue: 0,
      read: 1,
      preprocess: 2,
      encode: 3,
      decode: 4,
      postprocess: 5,
      measure: 6,
      total: 21,
    },
    createdAt: at,
  };
}
