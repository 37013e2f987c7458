import { type AnnotationPrompt, emptyPrompt, type Size } from '@calque/core';
import { type CanvasLayers, canvasLayers, type HeatLayer } from '../canvas-layers.ts';
import { drawComparedMasks } from '../compare/draw-comparison.ts';
import type { Editor } from '../editor/editor.ts';
import type { AnnotationView, EditorState } from '../editor/editor-state.ts';
import { PALETTE } from '../editor/palette.ts';
import { heatPixels } from '../pictures/heat-pixels.ts';
import { drawBrushCursor, drawCrosshair } from './drawing/draw-cursor.ts';
import { drawMask, type MaskStyle } from './drawing/draw-mask.ts';
import { drawPixelGrid } from './drawing/draw-pixel-grid.ts';
import { drawPrompt } from './drawing/draw-prompt.ts';
import { drawStroke } from './drawing/draw-stroke.ts';
import type { MaskFades } from './drawing/mask-fades.ts';
import { enterView, Surface } from './drawing/surface.ts';
import type { Interaction } from './gestures/interaction.ts';
import { objectAt } from './gestures/object-at.ts';
import type { PictureOfImage } from './picture/picture-of-image.ts';
import type { CanvasView } from './view/canvas-view.ts';
import { type Pane, panesOf } from './view/panes.ts';
import { shownFrame, toImage } from './view/view-transform.ts';

export interface Surfaces {
  readonly picture: Surface;
  /** Masks of all objects but the selected one. */
  readonly masks: Surface;
  /** The selected object's mask, strokes, and the preview. */
  readonly active: Surface;
  /** What has the same size at every zoom, and comparisons. */
  readonly overlay: Surface;
}

export interface PainterDeps {
  readonly surfaces: Surfaces;
  readonly editor: Editor;
  readonly view: CanvasView;
  readonly interaction: Interaction;
  readonly picture: PictureOfImage;
  readonly fades: MaskFades;
}

/** How far beyond the view masks are drawn, so that panning need not draw them again. */
const MASK_MARGIN = 0.25;

const known = new WeakMap<HTMLElement, Surfaces>();

/** The surfaces in an element, made once: their memory, tens of megabytes, is not asked for anew with every image. */
export function surfacesIn(element: HTMLElement): Surfaces {
  const surfaces = known.get(element) ?? {
    picture: new Surface('picture', 0),
    masks: new Surface('masks', MASK_MARGIN),
    active: new Surface('active', MASK_MARGIN),
    overlay: new Surface('overlay', 0),
  };
  if (!known.has(element)) {
    known.set(element, surfaces);
    for (const surface of Object.values(surfaces)) element.append(surface.element);
  }
  return surfaces;
}

/** Draws what the editor, the view and the hand say. Four layers, so that each changes by itself. */
export class CanvasPainter {
  readonly picture: Surface;
  readonly masks: Surface;
  readonly active: Surface;
  readonly overlay: Surface;
  readonly #deps: PainterDeps;
  #heat: { readonly of: HeatLayer; readonly cells: OffscreenCanvas } | null = null;

  constructor(deps: PainterDeps) {
    this.#deps = deps;
    ({
      picture: this.picture,
      masks: this.masks,
      active: this.active,
      overlay: this.overlay,
    } = deps.surfaces);
  }

  resize(size: Size, devicePixelRatio: number): void {
    for (const surface of Object.values(this.#deps.surfaces)) surface.resize(size, devicePixelRatio);
  }

  /** Nothing of this image is seen any more. */
  clear(): void {
    for (const surface of Object.values(this.#deps.surfaces)) surface.clear();
  }

  drawPicture(): void {
    const { view, picture } = this.#deps;
    const { transform, image } = view.store.getState();
    this.picture.draw(transform, (context) => {
      for (const pane of this.#panes) {
        this.#inPane(context, pane, () => {
          const { frame, scale } = this.#frameOf(pane);
          picture.store.getState().picture?.draw(context, { frame, scale });
          if (image === null) return;
          this.#enterViewSpace(context, pane);
          drawPixelGrid(context, transform, { frame, image });
        });
      }
    });
  }

  drawMasks(nowMs: number): void {
    if (this.#panes.length > 1) {
      this.masks.clear();
      return;
    }
    this.masks.draw(this.#transform, (context, unit) => this.#paintMasks(context, unit, nowMs));
  }

  drawActive(nowMs: number): void {
    if (this.#panes.length > 1) {
      this.active.clear();
      return;
    }
    this.active.draw(this.#transform, (context, unit) => this.#paintActive(context, unit, nowMs));
  }

  drawOverlay(nowMs: number): void {
    this.overlay.draw(this.#transform, (context, unit) => {
      const panes = this.#panes;
      for (const pane of panes) {
        this.#inPane(context, pane, () => {
          if (panes.length > 1) {
            this.#paintMasks(context, unit, nowMs);
            this.#paintActive(context, unit, nowMs);
          }
          this.#paintHeat(context);
        });
      }
      this.#paintComparison(context);
      for (const pane of panes) this.#inPane(context, pane, () => this.#paintPrompt(context, pane));
    });
  }

  get #state(): EditorState {
    return this.#deps.editor.store.getState();
  }

  get #transform() {
    return this.#deps.view.transform;
  }

  get #layers(): CanvasLayers {
    return canvasLayers.getState();
  }

  get #panes(): readonly Pane[] {
    return panesOf(this.#deps.view.store.getState().size, this.#layers);
  }

  #paintMasks(context: CanvasRenderingContext2D, unit: number, nowMs: number): void {
    const { selectedId } = this.#state;
    for (const view of this.#shownViews) {
      if (view.annotation.id !== selectedId)
        this.#paintMask(context, view, { emphasis: 'usual', unit, nowMs });
    }
  }

  #paintActive(context: CanvasRenderingContext2D, unit: number, nowMs: number): void {
    const { selectedId, preview, maskOpacity, masksHidden } = this.#state;
    const hovered = this.hoveredId;
    for (const view of this.#shownViews) {
      const { id } = view.annotation;
      if (id === selectedId || id === hovered)
        this.#paintMask(context, view, { emphasis: 'selected', unit, nowMs });
    }
    if (masksHidden) return;
    const { live, strokes } = this.#deps.interaction.store.getState();
    const color = this.#activeColor;
    for (const stroke of live?.stroke === undefined ? strokes : [...strokes, live.stroke]) {
      drawStroke(context, stroke, { color, opacity: maskOpacity });
    }
    if (preview === null) return;
    drawMask(context, preview, { color, opacity: maskOpacity, presence: 1, emphasis: 'preview', unit });
  }

  /** The object under the pointer of the select tool; it is drawn as if it was selected. */
  get hoveredId(): string | null {
    const state = this.#state;
    const { pointer, live } = this.#deps.interaction.store.getState();
    if (state.tool !== 'select' || pointer === null || live !== null) return null;
    return objectAt(state, toImage(pointer, this.#transform));
  }

  get #shownViews(): readonly AnnotationView[] {
    const { views, masksHidden } = this.#state;
    const compared = this.#layers.comparison?.annotationId;
    if (masksHidden) return [];
    return views.filter(({ annotation }) => annotation.visible && annotation.id !== compared);
  }

  #paintMask(
    context: CanvasRenderingContext2D,
    { annotation, color }: AnnotationView,
    how: Pick<MaskStyle, 'emphasis' | 'unit'> & { readonly nowMs: number },
  ): void {
    const { emphasis, unit, nowMs } = how;
    for (const { mask, presence } of this.#deps.fades.masksOf(annotation.id, nowMs)) {
      drawMask(context, mask, { color, opacity: this.#state.maskOpacity, presence, emphasis, unit });
    }
  }

  #paintHeat(context: CanvasRenderingContext2D): void {
    const { heat } = this.#layers;
    if (heat === null || this.#state.masksHidden) return;
    const { x1, y1, x2, y2 } = heat.frame;
    context.imageSmoothingEnabled = true;
    context.drawImage(this.#heatCells(heat), x1, y1, x2 - x1, y2 - y1);
  }

  #heatCells(heat: HeatLayer): OffscreenCanvas {
    if (this.#heat?.of === heat) return this.#heat.cells;
    const cells = new OffscreenCanvas(heat.columns, heat.rows);
    cells.getContext('2d')?.putImageData(new ImageData(heatPixels(heat), heat.columns, heat.rows), 0, 0);
    this.#heat = { of: heat, cells };
    return cells;
  }

  #paintComparison(context: CanvasRenderingContext2D): void {
    const { comparison } = this.#layers;
    const { size, image, transform } = this.#deps.view.store.getState();
    if (comparison === null || image === null) return;
    const { ratio } = this.overlay;
    const half = comparison.mode === 'side' ? size.width / 4 : 0;
    const whole = shownFrame(size, transform);
    const frame = { ...whole, x1: whole.x1 + half / transform.scale, x2: whole.x2 - half / transform.scale };
    const { width, height } = this.overlay.element;
    const drawn = { ...comparison, picture: null, imageSize: image, frame, opacity: this.#state.maskOpacity };
    context.save();
    drawComparedMasks(context, { width, height }, { ...drawn, unit: ratio });
    context.restore();
  }

  #paintPrompt(context: CanvasRenderingContext2D, pane: Pane): void {
    this.#enterViewSpace(context, pane);
    const { live, hit, pointer, crosshair, selectedPointId } = this.#deps.interaction.store.getState();
    const { tool, brushDiameterPx, views, selectedId } = this.#state;
    const view = views.find(({ annotation }) => annotation.id === selectedId);
    const prompt: AnnotationPrompt = view?.annotation.prompt ?? emptyPrompt;
    const isLocked = view?.annotation.locked === true;
    const shared = { color: this.#activeColor, live, hit, selectedPointId };
    drawPrompt(context, this.#transform, { prompt, isLocked, ...shared });
    const at = crosshair ?? pointer;
    const { scale } = this.#transform;
    if (tool === 'brush' && at !== null) drawBrushCursor(context, at, (brushDiameterPx / 2) * scale);
    if (crosshair !== null) drawCrosshair(context, crosshair, this.#deps.view.store.getState().size);
  }

  /** Of the selected object, or the one that the next prompt begins. */
  get #activeColor(): string {
    const { views, selectedId, document } = this.#state;
    const selected = views.find(({ annotation }) => annotation.id === selectedId);
    if (selected !== undefined) return selected.color;
    const taken = new Set([...document.annotations.values()].map(({ color }) => color));
    return PALETTE.find((_, index) => !taken.has(index)) ?? PALETTE[0] ?? '#ffffff';
  }

  #frameOf({ x, width, shift }: Pane) {
    const { size, transform } = this.#deps.view.store.getState();
    const from = toImage({ x: x - shift, y: 0 }, transform);
    const to = toImage({ x: x + width - shift, y: size.height }, transform);
    const frame = { x1: from.x, y1: from.y, x2: to.x, y2: to.y };
    return { frame, scale: transform.scale * this.picture.ratio };
  }

  /** With what is drawn kept within the pane, in image space. */
  #inPane(context: CanvasRenderingContext2D, { x, width, shift }: Pane, paint: () => void): void {
    const { size } = this.#deps.view.store.getState();
    const { ratio } = this.overlay;
    context.save();
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.beginPath();
    context.rect(x, 0, width, size.height);
    context.clip();
    const { scale, x: left, y } = this.#transform;
    enterView(context, { scale, x: left + shift, y }, { ratio, marginPx: 0 });
    paint();
    context.restore();
  }

  #enterViewSpace(context: CanvasRenderingContext2D, { shift }: Pane): void {
    const { ratio } = this.overlay;
    context.setTransform(ratio, 0, 0, ratio, shift * ratio, 0);
  }
}
