import type { ImagePoint, RejectReason } from '@calque/core';
import type { Editor } from '../editor.ts';
import { answerTo, IMAGE_SIZE } from './fake-answers.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Makes one gesture that a person could make now, most of them sensible. Returns its name. */
export function randomGesture(editor: Editor, random: SeededRandom): string {
  const name = random.pick(gestureNames);
  gestures[name](editor, random);
  return name;
}

const reasons: readonly RejectReason[] = ['wrong-object', 'rough-boundary', 'other'];

const gestures = {
  setBox: (editor, random) => editor.setBox(randomBox(random)),
  clearBox: (editor) => editor.clearBox(),
  addPoint: (editor, random) => {
    editor.addPoint(randomPoint(random), random.chance(0.7) ? 'foreground' : 'background');
  },
  movePoint: (editor, random) =>
    withPointId(editor, random, (id) => editor.movePoint(id, randomPoint(random))),
  removePoint: (editor, random) => withPointId(editor, random, (id) => editor.removePoint(id)),
  togglePoint: (editor, random) => withPointId(editor, random, (id) => editor.togglePoint(id)),
  flipPoint: (editor, random) => withPointId(editor, random, (id) => editor.flipPointLabel(id)),
  clearPrompt: (editor) => editor.clearPrompt(),
  setMaskPrompt: (editor, random) => editor.setMaskPrompt(random.chance(0.5) ? randomRle(random) : null),
  previewAt: (editor, random) =>
    editor.previewAt(random.chance(0.7) ? randomPoint(random) : null, 'foreground'),
  previewBox: (editor, random) => editor.previewBox(random.chance(0.6) ? randomBox(random) : null),
  hoverCandidate: (editor, random) => editor.hoverCandidate(random.chance(0.6) ? random.below(3) : null),
  chooseCandidate: (editor, random) => editor.chooseCandidate(random.below(4)),
  dragSlider: (editor, random) => {
    for (let i = random.below(4); i > 0; i--) editor.setPostprocess({ dropIslandsPx: i }, 'live');
    editor.setPostprocess(random.chance(0.3) ? {} : { dropIslandsPx: random.below(5) });
  },
  slide: (editor, random) => editor.setPostprocess({ keepLargest: 1 + random.below(2) }, 'live'),
  paint: (editor, random) => editor.paint([randomPoint(random), randomPoint(random)], 'paint'),
  erase: (editor, random) => editor.paint([randomPoint(random)], 'erase'),
  discardEdit: (editor) => editor.discardEdit(),
  newAnnotation: (editor) => editor.newAnnotation(),
  select: (editor, random) => withAnnotationId(editor, random, (id) => editor.select(id)),
  remove: (editor, random) => withAnnotationId(editor, random, (id) => editor.deleteAnnotation(id)),
  restore: (editor, random) => editor.restore(random.pick(everyAnnotation(editor))),
  rename: (editor, random) =>
    withAnnotationId(editor, random, (id) => editor.rename(id, `n${random.below(9)}`)),
  setLabel: (editor, random) => withAnnotationId(editor, random, (id) => editor.setLabel(id, 'wheel')),
  reorder: (editor, random) => withAnnotationId(editor, random, (id) => editor.reorder(id, random.below(4))),
  hide: (editor, random) => withAnnotationId(editor, random, (id) => editor.setVisible(id, 'hidden')),
  lock: (editor, random) =>
    withAnnotationId(editor, random, (id) =>
      editor.setLocked(id, random.chance(0.3) ? 'locked' : 'unlocked'),
    ),
  importMask: (editor, random) => editor.importMask(randomRle(random), 'imported'),
  accept: (editor, random) => withAnnotationId(editor, random, (id) => editor.accept(id)),
  reject: (editor, random) =>
    withAnnotationId(editor, random, (id) => editor.reject(id, random.pick(reasons), 'a note')),
  reopen: (editor, random) => withAnnotationId(editor, random, (id) => editor.reopen(id)),
  undo: (editor) => editor.undo(),
  undoTwice: (editor) => {
    editor.undo();
    editor.undo();
  },
  redo: (editor) => editor.redo(),
  doAgain: (editor) => {
    for (const { action } of editor.store.getState().notices) action?.run();
  },
} satisfies Record<string, (editor: Editor, random: SeededRandom) => void>;

const gestureNames = Object.keys(gestures) as (keyof typeof gestures)[];

function randomPoint(random: SeededRandom): ImagePoint {
  return { x: random.below(IMAGE_SIZE.width * 2) / 2, y: random.below(IMAGE_SIZE.height * 2) / 2 };
}

/** In any direction, at times beyond the image, at times of no area. */
function randomBox(random: SeededRandom) {
  const x = (): number => random.below(IMAGE_SIZE.width + 4) - 2;
  const y = (): number => random.below(IMAGE_SIZE.height + 4) - 2;
  return { x1: x(), y1: y(), x2: x(), y2: y() };
}

function randomRle(random: SeededRandom) {
  const prompt = { box: null, points: [], maskId: String(random.below(50)) };
  const [candidate] = answerTo('imported', prompt).candidates;
  if (candidate === undefined) throw new Error('an answer without candidates');
  return candidate.rle;
}

function withAnnotationId(editor: Editor, random: SeededRandom, act: (id: string) => void): void {
  const ids = [...editor.store.getState().document.annotations.keys()];
  act(ids.length === 0 || random.chance(0.03) ? 'gone' : random.pick(ids));
}

function withPointId(editor: Editor, random: SeededRandom, act: (id: string) => void): void {
  const annotations = [...editor.store.getState().document.annotations.values()];
  const ids = annotations.flatMap(({ prompt }) => prompt.points.map(({ id }) => id));
  act(ids.length === 0 ? 'gone' : random.pick(ids));
}

function everyAnnotation(editor: Editor): string[] {
  const { log } = editor.store.getState();
  const ids = log.flatMap((entry) =>
    entry.kind === 'step' ? entry.changes.map(({ before, after }) => (after ?? before)?.id ?? '') : [],
  );
  return ['gone', ...ids];
}
