import type { Annotation } from '@calque/core';
import { describe, expect, test } from 'vitest';
import { isEmptyPrompt } from './annotation-edits.ts';
import { questionOf } from './question.ts';
import { answerTo } from './testing/fake-answers.ts';
import { FakeClock } from './testing/fake-clock.ts';
import { shownMaskOf } from './testing/fake-mask-maker.ts';
import { FakeServer, goodNetwork } from './testing/fake-server.ts';
import { MemoryQueueStore } from './testing/memory-queue-store.ts';
import { openPage, type Page } from './testing/open-page.ts';
import { randomGesture } from './testing/random-gesture.ts';
import { SeededRandom } from './testing/seeded-random.ts';

const SEQUENCES = 1000;
const MOST_GESTURES = 24;

/** Two pages of one browser, a server that comes and goes, and a network that delays, loses, repeats and reorders. */
async function playStory(seed: number) {
  const random = new SeededRandom(seed);
  const clock = new FakeClock();
  const server = new FakeServer(clock);
  const store = new MemoryQueueStore();
  const story: string[] = [];
  const everyPage: Page[] = [];
  const open = (name: string): Page => {
    const page = openPage(server, { name, store });
    page.masks.delayMs = random.below(30);
    page.masks.ignoresSignals = server.ignoresSignals;
    everyPage.push(page);
    return page;
  };
  server.embedding = random.chance(0.3) ? 'encoding' : 'ready';
  const badness = random.next() * 0.15;
  server.network = {
    delayMs: () => random.below(120),
    loses: () => random.chance(badness),
    repeats: () => random.chance(badness),
  };
  server.ignoresSignals = random.chance(0.5);
  const pages = [open('a0')];
  if (random.chance(0.6)) pages.push(open('b0'));
  for (let i = 0; i < MOST_GESTURES; i++) {
    const at = random.below(pages.length);
    const page = pages[at] as Page;
    story.push(`${page.name} ${randomGesture(page.editor, random)}`);
    await clock.advance(random.chance(0.3) ? 0 : random.below(200));
    if (random.chance(0.03)) server.stop();
    if (random.chance(0.2)) server.start();
    if (random.chance(0.03)) {
      page.kill();
      pages[at] = open(`${page.name.slice(0, 1)}${i + 1}`);
      story.push(`${page.name} killed`);
    }
  }
  server.network = goodNetwork;
  server.stop();
  server.start();
  server.becomeEncoded();
  for (const page of pages) {
    page.editor.hoverCandidate(null);
    page.editor.setPostprocess({}, 'live');
    page.editor.select(null);
    page.editor.previewAt(null, 'foreground');
  }
  await clock.runOut();
  return { server, pages, everyPage, store, clock, story };
}

/** The mask of an annotation, by the definition. */
function maskOf(annotation: Annotation, server: FakeServer): string | null {
  const { review, editedMask, postprocess, choice } = annotation;
  if (review.status === 'accepted') return review.maskId;
  const stored = editedMask === null ? undefined : server.masks.get(editedMask);
  if (editedMask !== null && stored === undefined) throw new Error(`the server lacks ${editedMask}`);
  if (stored !== undefined) return shownMaskOf({ kind: 'stored', rle: stored, postprocess }).id;
  const question = questionOf(annotation);
  if (question === null) return null;
  const { candidates, best } = answerTo(question.model, question.prompt);
  const { rle } = candidates[choice === 'best' ? best : choice] ?? { rle: undefined };
  if (rle === undefined) throw new Error(`no candidate ${choice}`);
  return shownMaskOf({ kind: 'stored', rle, postprocess }).id;
}

function annotationsOf(page: Page) {
  return [...page.editor.store.getState().document.annotations.values()];
}

describe('random gestures on the editor, with a server that delays, fails, repeats and reorders', () => {
  test.each(chunks(SEQUENCES, 50))(
    'sequences %i to %i: pages, server and a fresh page agree, and nothing is lost silently',
    async (first, last) => {
      for (let seed = first; seed <= last; seed++) {
        const { server, pages, everyPage, store, clock, story } = await playStory(seed);
        const told = `seed ${seed}: ${story.join(', ')}`;
        expect(server.violations, told).toEqual([]);
        const truth = [...server.document.annotations.values()];
        const fresh = openPage(server, { name: 'fresh', store });
        await clock.runOut();
        for (const page of [...pages, fresh]) {
          expect(annotationsOf(page), told).toEqual(truth);
          const { views, save, log } = page.editor.store.getState();
          expect(save, told).toBe('saved');
          expect(log, told).toEqual(server.log.map(({ entry }) => entry));
          for (const view of views) {
            expect(view.pending, told).toBe(false);
            expect(view.error, told).toBeNull();
            expect(view.mask?.id ?? null, told).toBe(maskOf(view.annotation, server));
            if (!isEmptyPrompt(view.annotation.prompt) && view.prediction !== null) {
              expect(view.prediction.prompt, told).toEqual(questionOf(view.annotation)?.prompt);
            }
          }
        }
        const there = new Set(server.log.map(({ entry }) => entry.id));
        expect(there.size, told).toBe(server.log.length);
        const reported = everyPage.flatMap(({ reports }) =>
          reports.flatMap((report) => ('entries' in report ? report.entries : [])),
        );
        const accounted = new Set([...there, ...reported.map(({ id }) => id)]);
        const made = everyPage.flatMap((page) => page.made.map(({ id }) => id));
        expect(
          made.filter((id) => !accounted.has(id)),
          told,
        ).toEqual([]);
        expect(await store.images(), told).toEqual([]);
      }
    },
    120_000,
  );
});

function chunks(count: number, size: number): (readonly [number, number])[] {
  return Array.from({ length: count / size }, (_, i) => [i * size + 1, (i + 1) * size] as const);
}
