import type { BoxXyxy, Size, ViewPoint } from '@calque/core';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { ViewTransform } from './view-transform.ts';
import { fitted, type Insets, kept, panned, recentred, zoomed } from './viewport.ts';

export interface ViewState {
  readonly transform: ViewTransform;
  /** Of the canvas, CSS pixels. */
  readonly size: Size;
  /** Of the oriented image; null while nobody knows. */
  readonly image: Size | null;
  /** The image follows the size of the canvas, until somebody moves it. */
  readonly isFitted: boolean;
}

const nowhere: ViewTransform = { scale: 1, x: 0, y: 0 };

/** Which part of the image is to be seen, and how large. */
export class CanvasView {
  readonly store: StoreApi<ViewState> = createStore<ViewState>(() => ({
    transform: nowhere,
    size: { width: 1, height: 1 },
    image: null,
    isFitted: true,
  }));
  readonly #insets: Insets;
  #panes = 1;

  constructor(insets: Insets) {
    this.#insets = insets;
  }

  get transform(): ViewTransform {
    return this.store.getState().transform;
  }

  /** Another image, or another size of the same one: it is fitted. */
  show(image: Size): void {
    const before = this.store.getState().image;
    if (before?.width === image.width && before.height === image.height) return;
    this.store.setState({ image });
    this.fit();
  }

  resize(size: Size): void {
    const { size: before, transform, isFitted } = this.store.getState();
    if (before.width === size.width && before.height === size.height) return;
    this.store.setState({ size });
    if (isFitted) this.fit();
    else this.#move(recentred(transform, before, size));
  }

  fit(): void {
    const { image, size } = this.store.getState();
    if (image === null) return;
    this.store.setState({ transform: fitted(image, size, this.#room()), isFitted: true });
  }

  /** The canvas shows the view this many times beside itself: an image that is fitted fits each of them. */
  split(panes: number): void {
    if (panes === this.#panes) return;
    this.#panes = panes;
    if (this.store.getState().isFitted) this.fit();
  }

  pan(by: { readonly x: number; readonly y: number }): void {
    this.#move(panned(this.transform, by));
  }

  /** Around the middle of the canvas where no place is named. */
  zoom(factor: number, at: ViewPoint = this.#middle()): void {
    this.#move(zoomed(this.transform, factor, at, { least: this.#leastScale() }));
  }

  /** One pixel of the image is one pixel of the screen. */
  zoomToActualSize(devicePixelRatio: number): void {
    this.zoom(1 / devicePixelRatio / this.transform.scale);
  }

  /** This part of the image, with some room around it. */
  zoomTo(box: BoxXyxy): void {
    const { size } = this.store.getState();
    const extent = { width: Math.max(1, box.x2 - box.x1), height: Math.max(1, box.y2 - box.y1) };
    const { scale, x, y } = fitted(extent, size, this.#room());
    const roomy = zoomed({ scale, x, y }, 0.8, this.#middle(), { least: 0 });
    this.#move(panned(roomy, { x: -box.x1 * roomy.scale, y: -box.y1 * roomy.scale }));
  }

  #move(transform: ViewTransform): void {
    const { image, size } = this.store.getState();
    if (image === null) return;
    this.store.setState({ transform: kept(transform, image, size), isFitted: false });
  }

  /** What is out of reach in each pane lies outside both, since each has the view's middle in its own. */
  #room(): Insets {
    const { width } = this.store.getState().size;
    const beside = (width - width / this.#panes) / 2;
    return { ...this.#insets, left: this.#insets.left + beside, right: this.#insets.right + beside };
  }

  #middle(): ViewPoint {
    const { width, height } = this.store.getState().size;
    return { x: width / 2, y: height / 2 };
  }

  /** A small image can be seen at its own size, a large one at a quarter of what fits. */
  #leastScale(): number {
    const { image, size } = this.store.getState();
    if (image === null) return 1;
    return Math.min(1, fitted(image, size, this.#room()).scale) / 4;
  }
}
