import type { WirePrediction } from '@calque/api';
import type {
  Annotation,
  BoxXyxy,
  ImagePoint,
  PointLabel,
  PostprocessOptions,
  RecordedRle,
  RejectReason,
} from '@calque/core';
import type { StoreApi } from 'zustand/vanilla';
import type { ShownMask } from '../masks/shown-mask.ts';
import type { EditorState, ToolName } from './editor-state.ts';

/**
 * The editor of one image: everything a person can do, without a DOM. Each method is one gesture and one undo step
 * unless it says otherwise; none waits for the server. Methods on a missing or locked annotation say so in a notice.
 */
export interface Editor {
  readonly store: StoreApi<EditorState>;

  select(annotationId: string | null): void;
  setTool(tool: ToolName): void;
  setBrushDiameter(diameterPx: number): void;

  /** Sets the box of the selected annotation, or begins a new annotation when none is selected. */
  setBox(box: BoxXyxy): void;
  clearBox(): void;
  /** Adds a point to the selected annotation, or begins a new one. Returns the point's id. */
  addPoint(point: ImagePoint, label: PointLabel): string;
  movePoint(pointId: string, to: ImagePoint): void;
  removePoint(pointId: string): void;
  /** Switches a point off or on: it stays, and is not asked. */
  togglePoint(pointId: string): void;
  flipPointLabel(pointId: string): void;
  clearPrompt(): void;
  /** The mask in effect, or an imported one, becomes part of the prompt; null takes it out. */
  setMaskPrompt(rle: RecordedRle | null): void;
  /** Not a step: shows what a click here would give. Null ends it. */
  previewAt(point: ImagePoint | null, label: PointLabel): void;
  /** Not a step: shows what this box would give while it is drawn. Null ends it. */
  previewBox(box: BoxXyxy | null): void;
  hoverCandidate(index: number | null): void;
  chooseCandidate(index: number): void;
  /** `live` shows without a step; the last call of a drag is without it. */
  setPostprocess(options: PostprocessOptions, live?: 'live'): void;
  setModel(model: string): void;
  /** One brush stroke: centres in image space, in order. */
  paint(stroke: readonly ImagePoint[], mode: 'paint' | 'erase'): void;
  discardEdit(): void;

  /** Not a step: the next prompt begins a new annotation. */
  newAnnotation(): void;
  deleteAnnotation(annotationId: string): void;
  /** Brings a deleted annotation back as it was last. */
  restore(annotationId: string): void;
  rename(annotationId: string, name: string): void;
  setLabel(annotationId: string, labelId: string | null): void;
  /** Moves an annotation to this place (0-based) in the list. */
  reorder(annotationId: string, place: number): void;
  setVisible(annotationId: string, shown: 'shown' | 'hidden'): void;
  setLocked(annotationId: string, locked: 'locked' | 'unlocked'): void;
  importMask(rle: RecordedRle, name: string): void;

  /** Accepts the mask that is shown. Does nothing but say so while there is none. */
  accept(annotationId: string): void;
  reject(annotationId: string, reason: RejectReason, note: string): void;
  reopen(annotationId: string): void;

  undo(): void;
  redo(): void;
  /** Not a step: asks once more after an error. */
  askAgain(annotationId: string): void;
  /** What an earlier state of an annotation looked like; null for an empty prompt. Asks the decoder if it must. */
  stateOf(annotation: Annotation, options: { readonly signal: AbortSignal }): Promise<AnnotationLook | null>;
  dismissNotice(id: string): void;
  setMaskOpacity(opacity: number): void;
  hideMasks(hidden: 'hidden' | 'shown'): void;
  setHoverPreview(mode: 'on' | 'off'): void;
  setDecodePlace(wanted: 'measured' | 'server' | 'browser'): void;
  /** Told by the canvas when a mask was painted on screen, for the latency shown. */
  painted(annotationId: string, drawMs: number): void;
  /** Frees the slot of the encode, stops waiting, keeps what is unsaved. */
  close(): Promise<void>;
}

/** A state of an annotation as it is compared: its mask, and the answer where the mask is one. */
export interface AnnotationLook {
  readonly mask: ShownMask;
  readonly prediction: WirePrediction | null;
  readonly candidate: number | null;
}
