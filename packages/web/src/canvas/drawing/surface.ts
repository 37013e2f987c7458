import type { Size } from '@calque/core';
import type { ViewTransform } from '../view/view-transform.ts';

/**
 * A canvas element over the view, a margin larger on every side. What was drawn can follow the view without being drawn
 * again: the browser moves and scales the element.
 */
export class Surface {
  readonly element: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #marginShare: number;
  #size: Size = { width: 1, height: 1 };
  #marginPx = 0;
  #ratio = 1;
  #drawn: ViewTransform | null = null;

  /** `marginShare`: of the view's size, on every side. */
  constructor(name: string, marginShare: number) {
    this.element = document.createElement('canvas');
    this.element.dataset['layer'] = name;
    this.element.setAttribute('aria-hidden', 'true');
    this.element.style.transformOrigin = '0 0';
    const context = this.element.getContext('2d');
    if (context === null) throw new Error('the browser gives no 2D canvas');
    this.#context = context;
    this.#marginShare = marginShare;
  }

  get ratio(): number {
    return this.#ratio;
  }

  /** In CSS pixels; clears it. */
  resize(size: Size, devicePixelRatio: number): void {
    this.#size = size;
    this.#ratio = devicePixelRatio;
    this.#marginPx = Math.round(Math.max(size.width, size.height) * this.#marginShare);
    const [width, height] = [size.width + 2 * this.#marginPx, size.height + 2 * this.#marginPx];
    const wide = Math.max(1, Math.round(width * devicePixelRatio));
    const high = Math.max(1, Math.round(height * devicePixelRatio));
    if (wide === this.element.width && high === this.element.height) this.clear();
    else Object.assign(this.element, { width: wide, height: high });
    Object.assign(this.element.style, {
      width: `${width}px`,
      height: `${height}px`,
      left: `${-this.#marginPx}px`,
      top: `${-this.#marginPx}px`,
    });
    this.#drawn = null;
  }

  /** Draws anew. `paint` gets a context in image space, and how many of its units a CSS pixel has. */
  draw(view: ViewTransform, paint: (context: CanvasRenderingContext2D, unit: number) => void): void {
    const context = this.#context;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalAlpha = 1;
    context.globalCompositeOperation = 'source-over';
    context.clearRect(0, 0, this.element.width, this.element.height);
    enterView(context, view, { ratio: this.#ratio, marginPx: this.#marginPx });
    paint(context, 1 / view.scale);
    this.#drawn = view;
    this.element.style.transform = '';
  }

  clear(): void {
    if (this.#drawn === null) return;
    this.#context.setTransform(1, 0, 0, 1, 0, 0);
    this.#context.clearRect(0, 0, this.element.width, this.element.height);
    this.#drawn = null;
  }

  /** Moves what was drawn to where it belongs now. False where that would not do, and it is to be drawn anew. */
  follow(view: ViewTransform): boolean {
    const drawn = this.#drawn;
    if (drawn === null) return false;
    const zoom = view.scale / drawn.scale;
    const x = view.x - zoom * drawn.x - zoom * this.#marginPx;
    const y = view.y - zoom * drawn.y - zoom * this.#marginPx;
    if (!this.#covers(zoom, x, y)) return false;
    const margin = this.#marginPx;
    this.element.style.transform = `matrix(${zoom}, 0, 0, ${zoom}, ${x + margin}, ${y + margin})`;
    return true;
  }

  /** Whether the view lies within what was drawn, not too coarse to look at. `x`, `y`: of its corner on the view. */
  #covers(zoom: number, x: number, y: number): boolean {
    const { width, height } = this.#size;
    const margin = 2 * this.#marginPx;
    const reaches =
      x <= 0 && y <= 0 && x + zoom * (width + margin) >= width && y + zoom * (height + margin) >= height;
    return reaches && zoom < 3;
  }
}

/** Image space, with offsets on whole pixels of the screen: so that edges of pixels are sharp. */
export function enterView(
  context: CanvasRenderingContext2D,
  { scale, x, y }: ViewTransform,
  { ratio, marginPx }: { readonly ratio: number; readonly marginPx: number },
): void {
  const [left, top] = [Math.round((x + marginPx) * ratio), Math.round((y + marginPx) * ratio)];
  context.setTransform(scale * ratio, 0, 0, scale * ratio, left, top);
}
