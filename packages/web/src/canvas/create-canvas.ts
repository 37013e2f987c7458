import type { Client } from '@calque/api';
import { canvasLayers } from '../canvas-layers.ts';
import type { Editor } from '../editor/editor.ts';
import type { EditorState } from '../editor/editor-state.ts';
import { systemClock } from '../sync/clock.ts';
import { cursorOf } from './canvas-cursor.ts';
import { CanvasPainter, surfacesIn } from './canvas-painter.ts';
import { createFrameLoop, type FrameLoop } from './drawing/frame-loop.ts';
import { FADE_MS, MaskFades } from './drawing/mask-fades.ts';
import { Interaction } from './gestures/interaction.ts';
import { listenToPointers } from './listen-to-pointers.ts';
import { type PictureOfImage, pictureOfImage } from './picture/picture-of-image.ts';
import { CanvasView } from './view/canvas-view.ts';

/** The canvas of one editor in an element of the page. */
export interface Canvas {
  readonly view: CanvasView;
  readonly interaction: Interaction;
  readonly picture: PictureOfImage;
  focus(): void;
  loadPictureAgain(): void;
  close(): void;
}

export interface CanvasDeps {
  readonly editor: Editor;
  readonly client: Pick<Client, 'addressOf'>;
}

/** Below the image there is a line of text, and the buttons of the review. */
const INSETS = { top: 16, right: 16, bottom: 88, left: 16 };
/** A view that has not moved for so long is drawn as sharp as it can be. */
const REST_MS = 120;

/** Fills the element, which must have a size, and follows it. */
export function createCanvas(element: HTMLElement, deps: CanvasDeps): Canvas {
  return new ElementCanvas(element, deps);
}

class ElementCanvas implements Canvas {
  readonly view = new CanvasView(INSETS);
  readonly interaction: Interaction;
  readonly picture: PictureOfImage;
  readonly #element: HTMLElement;
  readonly #editor: Editor;
  readonly #fades: MaskFades;
  readonly #painter: CanvasPainter;
  readonly #loop: FrameLoop;
  readonly #endings: (() => void)[];
  #rest: (() => void) | null = null;
  #hoveredId: string | null = null;

  constructor(element: HTMLElement, { editor, client }: CanvasDeps) {
    this.#element = element;
    this.#editor = editor;
    const { image, views } = editor.store.getState();
    const { view } = this;
    this.picture = pictureOfImage(client, image);
    this.interaction = new Interaction({ editor, view, clock: systemClock });
    const still = window.matchMedia('(prefers-reduced-motion: reduce)');
    this.#fades = new MaskFades(() => (still.matches ? 0 : FADE_MS));
    this.#fades.update(views, performance.now());
    const { interaction, picture } = this;
    const surfaces = surfacesIn(element);
    this.#painter = new CanvasPainter({ surfaces, editor, view, interaction, picture, fades: this.#fades });
    this.#loop = createFrameLoop(onAnimationFrame, (layers, nowMs) => this.#draw(layers, nowMs));
    if (image.size !== null) view.show(image.size);
    this.#endings = [
      ...this.#watch(),
      ...this.#follow(element),
      listenToPointers({ element, interaction, view }),
    ];
    this.picture.load(image);
  }

  /** By keyboard: it is shown. */
  focus(): void {
    delete this.#element.dataset['byPointer'];
    this.#element.focus({ preventScroll: true });
  }

  loadPictureAgain(): void {
    this.picture.load(this.#editor.store.getState().image);
  }

  close(): void {
    for (const end of this.#endings) end();
    this.#rest?.();
    this.#loop.close();
    this.interaction.close();
    this.picture.close();
    this.#painter.clear();
  }

  #watch(): (() => void)[] {
    const { interaction, picture, view } = this;
    return [
      this.#editor.store.subscribe((now, before) => this.#edited(now, before)),
      view.store.subscribe(() => this.#moved()),
      interaction.store.subscribe((now, before) => {
        const { tool } = this.#editor.store.getState();
        this.#element.style.cursor = cursorOf(now, tool);
        const strokes = now.live?.stroke !== before.live?.stroke || now.strokes !== before.strokes;
        this.#loop.request('overlay', ...(strokes || this.#hoverChanged() ? ['active'] : []));
      }),
      picture.store.subscribe(({ size }) => {
        if (size !== null) view.show(size);
        this.#loop.request('picture');
      }),
      canvasLayers.subscribe(({ comparison }) => {
        view.split(comparison?.mode === 'side' ? 2 : 1);
        this.#loop.request('picture', 'masks', 'active', 'overlay');
      }),
    ];
  }

  #follow(element: HTMLElement): (() => void)[] {
    const fitCanvas = (): void => {
      const { width, height } = element.getBoundingClientRect();
      if (width === 0 || height === 0) return;
      const size = { width: Math.round(width), height: Math.round(height) };
      this.#painter.resize(size, window.devicePixelRatio);
      this.view.resize(size);
      // At once: a canvas that was resized is empty, and would be seen empty for a frame.
      this.#draw(new Set(['picture', 'masks', 'active', 'overlay']), performance.now());
    };
    const observer = new ResizeObserver(fitCanvas);
    observer.observe(element);
    window.addEventListener('resize', fitCanvas);
    return [() => observer.disconnect(), () => window.removeEventListener('resize', fitCanvas)];
  }

  #edited(now: EditorState, before: EditorState): void {
    if (now.views !== before.views) this.#fades.update(now.views, performance.now());
    if (now.image !== before.image) this.#imageChanged(now, before);
    if (now.tool !== before.tool) {
      this.#element.style.cursor = cursorOf(this.interaction.store.getState(), now.tool);
    }
    const all =
      now.selectedId !== before.selectedId ||
      now.maskOpacity !== before.maskOpacity ||
      now.masksHidden !== before.masksHidden;
    const others = now.views !== before.views && othersChanged(now, before);
    const active = now.views !== before.views || now.preview !== before.preview || now.tool !== before.tool;
    this.#loop.request('overlay', ...(all || others ? ['masks'] : []), ...(all || active ? ['active'] : []));
  }

  #imageChanged({ image }: EditorState, { image: before }: EditorState): void {
    const other = image.sha256 !== before.sha256 && before.sha256 !== null;
    const sized = image.size?.width !== before.size?.width || image.size?.height !== before.size?.height;
    if (other || sized || image.display !== before.display) this.picture.load(image);
  }

  #moved(): void {
    this.#loop.request('picture', 'moved', 'overlay');
    this.#rest?.();
    this.#rest = systemClock.after(REST_MS, () => this.#loop.request('masks', 'active'));
  }

  #hoverChanged(): boolean {
    const { hoveredId } = this.#painter;
    const changed = hoveredId !== this.#hoveredId;
    this.#hoveredId = hoveredId;
    return changed;
  }

  #draw(layers: ReadonlySet<string>, nowMs: number): void {
    const painter = this.#painter;
    const { transform } = this.view;
    if (layers.has('picture')) painter.drawPicture();
    const moved = layers.has('moved');
    const masks = layers.has('masks') || (moved && !painter.masks.follow(transform));
    const active = layers.has('active') || (moved && !painter.active.follow(transform));
    if (masks) painter.drawMasks(nowMs);
    if (active) painter.drawActive(nowMs);
    if (layers.has('overlay')) painter.drawOverlay(nowMs);
    if (masks || active) this.#drawn(nowMs);
  }

  #drawn(nowMs: number): void {
    const { views, selectedId } = this.#editor.store.getState();
    for (const { annotation } of views) {
      if (!this.#fades.isFading(annotation.id, nowMs)) continue;
      this.#loop.request(annotation.id === selectedId ? 'active' : 'masks');
    }
    // After the frame: what it drew is on its way to the screen then.
    systemClock.after(0, () => {
      for (const [id, drawMs] of this.#fades.takePainted(performance.now())) this.#editor.painted(id, drawMs);
    });
  }
}

function onAnimationFrame(run: (nowMs: number) => void): () => void {
  const frame = requestAnimationFrame(() => run(performance.now()));
  return () => cancelAnimationFrame(frame);
}

/** Whether an object that is not selected looks different now. */
function othersChanged(now: EditorState, before: EditorState): boolean {
  if (now.views.length !== before.views.length) return true;
  return now.views.some(
    (view, place) => view !== before.views[place] && view.annotation.id !== now.selectedId,
  );
}
