import { isCalqueError } from '@calque/core';
import { beforeEach, describe, expect, test } from 'vitest';
import { answerTo, IMAGE_SIZE } from './testing/fake-answers.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { FakeServer, fakeImage, unreachable } from './testing/fake-server.ts';
import { MemoryQueueStore } from './testing/memory-queue-store.ts';
import { openPage, type Page } from './testing/open-page.ts';

let clock: FakeClock;
let server: FakeServer;
let store: MemoryQueueStore;
let page: Page;

const box = { x1: 2, y1: 1, x2: 9, y2: 7 };

beforeEach(async () => {
  clock = new FakeClock();
  server = new FakeServer(clock);
  store = new MemoryQueueStore();
  page = openPage(server, { name: 'page', store });
  await clock.runOut();
});

const state = () => page.editor.store.getState();
const noticeKeys = () => state().notices.flatMap(({ text }) => ('key' in text ? [text.key] : []));
const questions = () => server.asked.filter(({ preview }) => !preview);
const maskOfCandidate = (prompt: Parameters<typeof answerTo>[1], index?: number) => {
  const { candidates, best } = answerTo('tiny', prompt);
  return candidates[index ?? best]?.rle;
};

describe('a prompt', () => {
  test('that is a box begins an object, and the best candidate becomes its mask', async () => {
    page.editor.setBox({ x1: 9, y1: 7, x2: 2, y2: 1 });
    expect(page.selected().annotation.prompt.box).toEqual(box);
    expect(page.selected().pending).toBe(true);
    await clock.runOut();
    const { mask, pending, candidate, prediction } = page.selected();
    const prompt = { box, points: [], maskId: null };
    expect(pending).toBe(false);
    expect(candidate).toBe(answerTo('tiny', prompt).best);
    expect(prediction?.prompt).toEqual(prompt);
    expect(mask?.rle).toEqual(maskOfCandidate(prompt));
    expect(state().save).toBe('saved');
  });

  test('asks box and points together, and leaves points out that are switched off', async () => {
    page.editor.setBox(box);
    const first = page.editor.addPoint({ x: 4.5, y: 3.5 }, 'foreground');
    page.editor.addPoint({ x: 8.5, y: 2.5 }, 'background');
    page.editor.togglePoint(first);
    await clock.runOut();
    expect(questions().at(-1)?.prompt).toEqual({
      box,
      points: [{ x: 8.5, y: 2.5, label: 'background' }],
      maskId: null,
    });
  });

  test('outside the image is refused with the reason, and is no step', () => {
    page.editor.setBox({ x1: 20, y1: 20, x2: 30, y2: 30 });
    page.editor.addPoint({ x: -1, y: 3 }, 'foreground');
    expect(page.errors()).toEqual(['box-outside-image', 'point-outside-image']);
    expect(state().log).toEqual([]);
  });

  test('keeps the former mask until the answer is there', async () => {
    page.editor.setBox(box);
    await clock.runOut();
    const former = page.selected().mask;
    page.editor.addPoint({ x: 4.5, y: 3.5 }, 'foreground');
    expect(page.selected()).toMatchObject({ pending: true, mask: former });
    await clock.runOut();
    expect(page.selected().mask?.id).not.toBe(former?.id);
  });

  test('that comes before the image is encoded is answered once it is', async () => {
    server.embedding = 'encoding';
    page = openPage(server, { name: 'early', store });
    page.editor.setBox(box);
    await clock.runOut();
    expect(page.selected()).toMatchObject({ pending: true, mask: null, error: null });
    expect(page.connection.encodedFor).toEqual([]);
    server.becomeEncoded();
    await clock.runOut();
    expect(page.connection.encodedFor).toEqual(['tiny']);
    expect(page.selected().mask?.rle).toEqual(maskOfCandidate({ box, points: [], maskId: null }));
  });

  test('on an image that cannot be encoded says why, and is answered when that is mended', async () => {
    server.embedding = 'encoding';
    page = openPage(server, { name: 'early', store });
    page.editor.setBox(box);
    server.becomeEncoded('failed');
    await clock.runOut();
    expect(page.selected().error?.code).toBe('engine-crashed');
    server.embedding = 'ready';
    page.editor.askAgain(page.selected().annotation.id);
    await clock.runOut();
    expect(page.selected()).toMatchObject({ error: null, pending: false });
    expect(page.selected().mask).not.toBeNull();
  });

  test('whose answer fails keeps the error on the object, and cannot be accepted', async () => {
    server.decodeFailure = unreachable();
    page.editor.setBox(box);
    await clock.advance(100);
    expect(page.selected().error?.code).toBe('server-unreachable');
    page.editor.accept(page.selected().annotation.id);
    expect(page.selected().annotation.review.status).toBe('unreviewed');
    await clock.runOut();
    expect(page.selected()).toMatchObject({ error: null, pending: false });
  });
});

describe('a late answer', () => {
  test('to a prompt that was undone changes nothing', async () => {
    server.ignoresSignals = true;
    page.editor.setBox(box);
    await clock.runOut();
    const former = page.selected().mask;
    server.decodeMs = 500;
    page.editor.addPoint({ x: 4.5, y: 3.5 }, 'foreground');
    await clock.advance(100);
    page.editor.undo();
    expect(page.selected()).toMatchObject({ mask: former, pending: false });
    await clock.runOut();
    expect(page.selected().mask).toBe(former);
    expect(questions()).toHaveLength(2);
  });

  test('is known when its prompt comes back by redo', async () => {
    server.ignoresSignals = true;
    page.editor.setBox(box);
    page.editor.addPoint({ x: 4.5, y: 3.5 }, 'foreground');
    page.editor.undo();
    await clock.runOut();
    const asked = questions().length;
    page.editor.redo();
    expect(page.selected().prediction?.prompt.points).toHaveLength(1);
    await clock.runOut();
    expect(questions()).toHaveLength(asked);
  });
});

describe('undo and redo', () => {
  test('take back one gesture at a time, without limit, and ask the model nothing', async () => {
    for (let i = 0; i < 12; i++) page.editor.addPoint({ x: i + 0.5, y: 3.5 }, 'foreground');
    await clock.runOut();
    const last = page.selected().annotation;
    for (let i = 0; i < 12; i++) page.editor.undo();
    expect(state().document.annotations.size).toBe(0);
    expect(state().selectedId).toBeNull();
    for (let i = 0; i < 12; i++) page.editor.redo();
    expect(page.selected().annotation).toEqual(last);
    await clock.runOut();
    expect(state().save).toBe('saved');
  });

  test('survive a reload', async () => {
    page.editor.setBox(box);
    page.editor.addPoint({ x: 4.5, y: 3.5 }, 'foreground');
    await clock.runOut();
    await closed(page);
    page = openPage(server, { name: 'again', store });
    await clock.runOut();
    page.editor.undo();
    expect(page.selected().annotation.prompt).toEqual({ box, points: [], maskId: null });
    page.editor.undo();
    expect(state().document.annotations.size).toBe(0);
  });

  test('of a step that another page made say so', async () => {
    const other = openPage(server, { name: 'other', store });
    await clock.runOut();
    other.editor.setBox(box);
    await clock.runOut();
    page.editor.undo();
    expect(noticeKeys()).toEqual(['editor.undo-of-other-page']);
  });

  test('a gesture that changes nothing is no step', async () => {
    page.editor.setBox(box);
    page.editor.setBox(box);
    page.editor.setPostprocess({});
    page.editor.discardEdit();
    expect(state().log).toHaveLength(1);
  });
});

describe('after a reload', () => {
  test('masks come from what is on record, without asking the model for them again', async () => {
    page.editor.setBox(box);
    await clock.runOut();
    const { mask } = page.selected();
    server.embedding = 'encoding';
    const again = openPage(server, { name: 'again', store });
    await clock.runOut();
    const [view] = again.editor.store.getState().views;
    expect(view).toMatchObject({ pending: false, mask: { id: mask?.id, outline: 'pixels' } });
    expect(view?.prediction?.candidates).toHaveLength(3);
    expect(questions()).toHaveLength(1);
  });

  test('the outline gets smooth once the image is encoded, and nothing is recorded twice', async () => {
    page.editor.setBox(box);
    await clock.runOut();
    const { mask } = page.selected();
    server.embedding = 'encoding';
    const again = openPage(server, { name: 'again', store });
    await clock.runOut();
    server.becomeEncoded();
    await clock.runOut();
    const [view] = again.editor.store.getState().views;
    expect(view?.mask).toMatchObject({ id: mask?.id, outline: 'logits' });
    expect(questions()).toHaveLength(1);
  });

  test('an accepted mask is the very mask that was seen', async () => {
    page.editor.setBox(box);
    await clock.runOut();
    page.editor.accept(page.selected().annotation.id);
    const { mask } = page.selected();
    await clock.runOut();
    server.predictions.clear();
    server.embedding = 'encoding';
    const again = openPage(server, { name: 'again', store });
    await clock.runOut();
    expect(again.editor.store.getState().views[0]?.mask?.rle).toEqual(mask?.rle);
  });

  test('an accepted mask has the score that it was accepted with, and a smooth outline', async () => {
    page.editor.setBox(box);
    await clock.runOut();
    page.editor.accept(page.selected().annotation.id);
    const { mask, candidate } = page.selected();
    expect(mask?.outline).toBe('logits');
    await clock.runOut();
    const again = openPage(server, { name: 'again', store });
    await clock.runOut();
    const [view] = again.editor.store.getState().views;
    expect(view).toMatchObject({ candidate, mask: { id: mask?.id, outline: 'logits' } });
    expect(view?.prediction?.prompt.box).toEqual(box);
    expect(questions()).toHaveLength(1);
  });
});

describe('candidates', () => {
  test('hovering shows one without a step, choosing makes it the mask', async () => {
    page.editor.setBox(box);
    await clock.runOut();
    const prompt = { box, points: [], maskId: null };
    const chosen = page.selected().mask;
    const other = (answerTo('tiny', prompt).best + 1) % 3;
    page.editor.hoverCandidate(other);
    await clock.runOut();
    expect(page.selected().mask?.rle).toEqual(maskOfCandidate(prompt, other));
    page.editor.hoverCandidate(null);
    expect(page.selected().mask).toBe(chosen);
    expect(state().log).toHaveLength(1);
    page.editor.chooseCandidate(other);
    await clock.runOut();
    expect(page.selected()).toMatchObject({ candidate: other, annotation: { choice: other } });
    expect(page.selected().mask?.rle).toEqual(maskOfCandidate(prompt, other));
  });

  test('get a smooth outline from logits that come once the best one is shown', async () => {
    page.editor.setBox(box);
    await clock.advance(200);
    expect(page.selected().mask?.outline).toBe('logits');
    expect(server.logitsRead).toBe(0);
    await clock.runOut();
    expect(server.logitsRead).toBe(1);
    page.editor.chooseCandidate(((page.selected().candidate ?? 0) + 1) % 3);
    await clock.runOut();
    expect(page.selected().mask?.outline).toBe('logits');
    expect([server.logitsRead, server.asked.length]).toEqual([1, 1]);
  });

  test('chosen before their logits have come get the smooth outline when they come', async () => {
    page.editor.setBox(box);
    await clock.advance(200);
    page.editor.chooseCandidate(((page.selected().candidate ?? 0) + 1) % 3);
    await clock.advance(1);
    const { mask } = page.selected();
    expect(mask?.outline).toBe('pixels');
    await clock.runOut();
    expect(page.selected().mask).toMatchObject({ id: mask?.id, outline: 'logits' });
  });

  test('whose logits are gone keep the outline of their pixels', async () => {
    server.keepsNoLogits = true;
    page.editor.setBox(box);
    await clock.runOut();
    page.editor.chooseCandidate(((page.selected().candidate ?? 0) + 1) % 3);
    await clock.runOut();
    expect(page.selected()).toMatchObject({ pending: false, error: null, mask: { outline: 'pixels' } });
  });

  test('accepting while one is hovered accepts the chosen one', async () => {
    page.editor.setBox(box);
    await clock.runOut();
    const chosen = page.selected().mask;
    const other = ((page.selected().candidate ?? 0) + 1) % 3;
    page.editor.hoverCandidate(other);
    await clock.runOut();
    page.editor.accept(page.selected().annotation.id);
    expect(page.selected().annotation.review).toEqual({ status: 'accepted', maskId: chosen?.id });
  });

  test('one that is not offered is said', async () => {
    page.editor.setBox(box);
    await clock.runOut();
    page.editor.chooseCandidate(7);
    expect(noticeKeys()).toEqual(['editor.no-such-candidate']);
  });
});

describe('a slider', () => {
  test('shows its effect while it is dragged, and the whole drag is one step', async () => {
    page.editor.setBox(box);
    await clock.runOut();
    const former = page.selected().mask;
    for (let i = 1; i <= 30; i++) {
      page.editor.setPostprocess({ dropIslandsPx: i }, 'live');
      await clock.advance(16);
    }
    expect(page.selected().mask?.id).not.toBe(former?.id);
    expect(state().log).toHaveLength(1);
    page.editor.setPostprocess({ dropIslandsPx: 30 });
    await clock.runOut();
    expect(state().log).toHaveLength(2);
    page.editor.undo();
    expect(page.selected().mask?.id).toBe(former?.id);
  });
});

describe('painting', () => {
  test('changes the mask that is shown, in the order of the strokes', async () => {
    page.masks.delayMs = 40;
    page.editor.setBox(box);
    await clock.runOut();
    page.editor.setBrushDiameter(3);
    page.editor.paint([{ x: 12.5, y: 8.5 }], 'paint');
    page.editor.paint([{ x: 0.5, y: 8.5 }], 'paint');
    page.editor.undo();
    await clock.runOut();
    expect(state().document.done.map(({ gesture }) => gesture)).toEqual(['set-box', 'paint']);
    const { mask, annotation } = page.selected();
    expect(annotation.editedMask).toBe(mask?.id);
    page.editor.redo();
    await clock.runOut();
    expect(page.selected().mask?.measures.areaPx).toBeGreaterThan(mask?.measures.areaPx ?? 0);
  });

  test('is part of the question when a point follows', async () => {
    page.editor.paint([{ x: 6.5, y: 4.5 }], 'paint');
    await clock.runOut();
    const painted = page.selected().mask?.id;
    page.editor.addPoint({ x: 6.5, y: 4.5 }, 'foreground');
    await clock.runOut();
    expect(page.selected().annotation).toMatchObject({ editedMask: null, prompt: { maskId: painted } });
    expect(questions().at(-1)?.prompt.maskId).toBe(painted);
    expect(server.violations).toEqual([]);
  });

  test('can be discarded: the predicted mask is back', async () => {
    page.editor.setBox(box);
    await clock.runOut();
    const { mask } = page.selected();
    page.editor.paint([{ x: 12.5, y: 8.5 }], 'paint');
    await clock.runOut();
    page.editor.discardEdit();
    expect(page.selected().mask?.id).toBe(mask?.id);
  });
});

describe('previews', () => {
  test('follow the pointer one at a time, the newest place next, and are not recorded', async () => {
    for (let x = 0; x < 10; x++) {
      page.editor.previewAt({ x: x + 0.5, y: 3.5 }, 'foreground');
      await clock.advance(5);
    }
    await clock.runOut();
    const asked = server.asked.map(({ prompt }) => prompt.points[0]?.x);
    expect(asked.length).toBeLessThan(5);
    expect(asked.at(-1)).toBe(9.5);
    expect(server.predictions.size).toBe(0);
    const prompt = { box: null, points: [{ x: 9.5, y: 3.5, label: 'foreground' as const }], maskId: null };
    expect(state().preview?.rle).toEqual(maskOfCandidate(prompt));
    expect(state().log).toEqual([]);
  });

  test('are never shown after the pointer left', async () => {
    server.ignoresSignals = true;
    page.masks.ignoresSignals = true;
    page.editor.previewAt({ x: 4.5, y: 3.5 }, 'foreground');
    await clock.advance(5);
    page.editor.previewAt(null, 'foreground');
    const shown: unknown[] = [];
    page.editor.store.subscribe(({ preview }) => shown.push(preview));
    await clock.runOut();
    expect(shown.filter((preview) => preview !== null)).toEqual([]);
  });

  test('of a box in progress come from the box', async () => {
    page.editor.previewBox(box);
    await clock.runOut();
    expect(state().preview?.rle).toEqual(maskOfCandidate({ box, points: [], maskId: null }));
    page.editor.setBox(box);
    expect(state().preview).toBeNull();
  });

  test('are not asked while the image is not encoded', async () => {
    server.embedding = 'encoding';
    page = openPage(server, { name: 'early', store });
    page.editor.previewAt({ x: 4.5, y: 3.5 }, 'foreground');
    await clock.runOut();
    expect(server.asked).toEqual([]);
  });
});

describe('review', () => {
  test('accepting stores the mask before the decision', async () => {
    page.editor.setBox(box);
    await clock.runOut();
    server.calls.length = 0;
    page.editor.accept(page.selected().annotation.id);
    await clock.runOut();
    expect(server.calls).toEqual(['writeMask', 'appendEntries']);
    expect(server.masks.get(page.selected().mask?.id ?? '')).toEqual(page.selected().mask?.rle);
  });

  test('there is nothing to accept while the answer is awaited, and that is said', () => {
    page.editor.setBox(box);
    page.editor.accept(page.selected().annotation.id);
    expect(noticeKeys()).toEqual(['editor.accept-pending']);
    expect(state().log).toHaveLength(1);
  });

  test('a change to what was accepted is to be reviewed again', async () => {
    page.editor.setBox(box);
    await clock.runOut();
    page.editor.accept(page.selected().annotation.id);
    page.editor.addPoint({ x: 4.5, y: 3.5 }, 'background');
    expect(page.selected().annotation.review.status).toBe('unreviewed');
    page.editor.undo();
    expect(page.selected().annotation.review.status).toBe('accepted');
  });

  test('a locked object says no to everything but unlocking, and keeps its place in the list', async () => {
    page.editor.setBox(box);
    const { id } = page.selected().annotation;
    page.editor.setLocked(id, 'locked');
    const before = state().document;
    page.editor.addPoint({ x: 4.5, y: 3.5 }, 'foreground');
    page.editor.rename(id, 'wheel');
    page.editor.deleteAnnotation(id);
    expect(state().document).toBe(before);
    expect(noticeKeys()).toEqual(['editor.annotation-locked']);
    page.editor.setLocked(id, 'unlocked');
    page.editor.rename(id, 'wheel');
    expect(page.selected().annotation.name).toBe('wheel');
  });

  test('a deleted object can be restored, long after', async () => {
    page.editor.setBox(box);
    const { annotation } = page.selected();
    page.editor.deleteAnnotation(annotation.id);
    page.editor.newAnnotation();
    page.editor.addPoint({ x: 1.5, y: 1.5 }, 'foreground');
    page.editor.restore(annotation.id);
    expect(page.selected().annotation).toEqual({ ...annotation, revision: expect.any(String) });
  });
});

describe('the list of objects', () => {
  test('has names, colours and an order of its own, each told apart', async () => {
    for (let i = 0; i < 3; i++) {
      page.editor.newAnnotation();
      page.editor.addPoint({ x: i + 0.5, y: 1.5 }, 'foreground');
    }
    const names = () => state().views.map(({ annotation }) => annotation.name);
    expect(names()).toEqual(['Object 1', 'Object 2', 'Object 3']);
    expect(new Set(state().views.map(({ color }) => color)).size).toBe(3);
    page.editor.reorder(page.selected().annotation.id, 0);
    expect(names()).toEqual(['Object 3', 'Object 1', 'Object 2']);
    page.editor.reorder(page.selected().annotation.id, 1);
    expect(names()).toEqual(['Object 1', 'Object 3', 'Object 2']);
    page.editor.setLabel(page.selected().annotation.id, 'wheel');
    expect(page.selected().color).toBe('#336699');
  });

  test('moving an object between the same two for ever keeps the order', () => {
    for (let i = 0; i < 3; i++) {
      page.editor.newAnnotation();
      page.editor.addPoint({ x: i + 0.5, y: 1.5 }, 'foreground');
    }
    for (let i = 0; i < 150; i++) {
      const last = state().views.at(-1)?.annotation;
      page.editor.reorder(last?.id ?? '', 1);
    }
    const orders = state().views.map(({ annotation }) => annotation.order);
    expect(new Set(orders).size).toBe(3);
    expect(orders).toEqual([...orders].sort((a, b) => a - b));
  });
});

describe('two pages on one image', () => {
  test('see each other, and the one that comes second is told and can do it again', async () => {
    const other = openPage(server, { name: 'other', store });
    await clock.runOut();
    page.editor.setBox(box);
    await clock.runOut();
    const { id } = page.selected().annotation;
    expect(other.editor.store.getState().views[0]?.annotation.prompt.box).toEqual(box);
    other.editor.select(id);
    page.editor.addPoint({ x: 4.5, y: 3.5 }, 'foreground');
    other.editor.addPoint({ x: 8.5, y: 2.5 }, 'background');
    await clock.runOut();
    const loser = [page, other].find((each) => each.reports.length > 0);
    expect(loser?.reports).toMatchObject([{ kind: 'conflict', entries: [{ gesture: 'add-point' }] }]);
    expect(page.selected().annotation.prompt.points).toHaveLength(1);
    const notice = loser?.editor.store.getState().notices.at(-1);
    expect(notice?.text).toEqual({ key: 'editor.entries-dropped', values: { count: 1 } });
    notice?.action?.run();
    await clock.runOut();
    for (const each of [page, other]) {
      expect(each.editor.store.getState().views[0]?.annotation.prompt.points).toHaveLength(2);
      expect(each.editor.store.getState().views[0]?.mask?.id).toBe(page.selected().mask?.id);
    }
  });
});

describe('closing', () => {
  test('gives the encode back and keeps what is unsent for the next page', async () => {
    server.stop();
    page.editor.setBox(box);
    await clock.advance(50);
    expect(state().save).toBe('offline');
    await closed(page);
    server.start();
    page = openPage(server, { name: 'next', store });
    await clock.runOut();
    expect(state().views[0]?.annotation.prompt.box).toEqual(box);
    expect(server.log).toHaveLength(1);
  });

  test('frees the slot of the encode', async () => {
    server.calls.length = 0;
    await closed(page);
    expect(server.calls).toContain('releaseEmbedding');
  });
});

describe('an image that changes on disk', () => {
  test('is asked about anew; what was accepted stays', async () => {
    page.editor.setBox(box);
    await clock.runOut();
    page.editor.accept(page.selected().annotation.id);
    const accepted = page.selected().mask;
    await clock.runOut();
    const image = { ...fakeImage, sha256: 'ef'.repeat(32), changed: true };
    server.tell({ type: 'image', change: 'changed', image });
    await clock.runOut();
    expect(noticeKeys()).toEqual(['editor.image-changed']);
    expect(page.selected().mask?.id).toBe(accepted?.id);
    expect(state().image.size).toEqual(IMAGE_SIZE);
  });
});

test('an image that is being left takes no gesture any more', async () => {
  page.editor.setBox(box);
  await clock.runOut();
  const closed = page.editor.close();
  page.editor.accept(page.selected().annotation.id);
  page.editor.undo();
  await Promise.all([closed, clock.runOut()]);
  expect(page.selected().annotation.review.status).toBe('unreviewed');
  expect(server.log).toHaveLength(1);
});

test('the latency of a click is broken into its parts', async () => {
  page.editor.setBox(box);
  await clock.runOut();
  page.editor.painted(page.selected().annotation.id, 3);
  const latency = page.selected().latency;
  expect(latency).toMatchObject({
    transfer: 10,
    decode: 20,
    postprocess: 3,
    draw: 3,
    cache: 'memory',
    where: 'server',
  });
  expect(latency?.total).toBeGreaterThan(0);
});

test('an earlier state of an object can be looked at', async () => {
  page.editor.setBox(box);
  await clock.runOut();
  const { annotation, mask } = page.selected();
  page.editor.addPoint({ x: 4.5, y: 3.5 }, 'foreground');
  await clock.runOut();
  const look = await page.editor.stateOf(annotation, { signal: new AbortController().signal });
  expect(look?.mask.id).toBe(mask?.id);
  expect(look?.prediction?.prompt.box).toEqual(box);
});

test('a browser that keeps nothing is said once', async () => {
  store.failure = new Error('quota');
  page.editor.setBox(box);
  page.editor.clearPrompt();
  await clock.runOut();
  expect(noticeKeys()).toEqual(['editor.work-not-kept']);
  expect(state().save).toBe('saved');
});

async function closed(closing: Page): Promise<void> {
  const done = closing.editor.close();
  await clock.advance(1000);
  await done.catch((error: unknown) => {
    if (!isCalqueError(error)) throw error;
  });
}
