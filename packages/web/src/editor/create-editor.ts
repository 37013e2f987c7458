import type { ServerEvent, WireImage } from '@calque/api';
import {
  type Annotation,
  type AnnotationChange,
  type AnnotationPoint,
  type BoxXyxy,
  type Entry,
  emptyPrompt,
  type Gesture,
  type ImagePoint,
  inverseChanges,
  isCalqueError,
  lastStateOf,
  type PointLabel,
  type PostprocessOptions,
  type RecordedRle,
  type RejectReason,
  repeatedChanges,
  type StepEntry,
  validateBox,
  validatePostprocessOptions,
  validatePrompt,
} from '@calque/core';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { QueueReport } from '../sync/entry-queue.ts';
import {
  inOrder,
  newAnnotationIn,
  reordered,
  unreviewed,
  withBox,
  withChangedPoint,
  withEditedMask,
  withPoint,
  withPostprocess,
  withPrompt,
} from './annotation-edits.ts';
import { AnnotationViews, type TriedAnnotation } from './annotation-views.ts';
import { asCalqueError } from './annotation-work.ts';
import { Answers } from './answers.ts';
import type { AnnotationLook, Editor } from './editor.ts';
import type { EditorDeps } from './editor-deps.ts';
import type { DecodePlace, EditorState, Notice, ToolName } from './editor-state.ts';
import { Embeddings } from './embeddings.ts';
import { GestureLine } from './gesture-line.ts';
import { candidateOf, Looks } from './looks.ts';
import { maskSpecOf } from './mask-spec.ts';
import { withNotice } from './notice-list.ts';
import { Previews } from './previews.ts';
import { questionOf } from './question.ts';
import { Sharpening } from './sharpening.ts';

/** Its log comes through the queue; when it has come, the image is asked to be encoded, which keeps the machine busy. */
export function createEditor(deps: EditorDeps): Editor {
  return new PageEditor(deps);
}

const MOST_NOTE_CHARACTERS = 2000;
const MOST_NAME_CHARACTERS = 200;

class PageEditor implements Editor {
  readonly store: StoreApi<EditorState>;
  readonly #deps: EditorDeps;
  readonly #embeddings: Embeddings;
  readonly #answers: Answers;
  readonly #looks: Looks;
  readonly #views: AnnotationViews;
  readonly #previews: Previews;
  readonly #sharpening: Sharpening;
  readonly #line = new GestureLine((error) => this.#notifyError(error));
  /** Revisions that this page made: nobody can have asked for their masks before. */
  readonly #fresh = new Set<string>();
  readonly #endings: readonly (() => void)[];
  readonly #ending = new AbortController();
  #model: string;
  #tried: TriedAnnotation | null = null;
  #refreshing = false;

  constructor(deps: EditorDeps) {
    this.#deps = deps;
    this.#model = deps.model;
    this.store = createStore(() => initialState(deps));
    this.#embeddings = new Embeddings({
      ...deps,
      imageId: deps.image.id,
      onChange: (model) => {
        if (this.#embeddings.isReady(model)) deps.decoders.encoded(model);
        this.#refresh();
      },
    });
    this.#answers = new Answers({
      ...deps,
      imageId: deps.image.id,
      embeddings: this.#embeddings,
      imageSha256: () => this.#state.image.sha256,
    });
    this.#looks = new Looks({ ...deps, answers: this.#answers });
    const { clock } = deps;
    const onChange = (): void => this.#refreshViews();
    this.#views = new AnnotationViews({ looks: this.#looks, answers: this.#answers, clock, onChange });
    this.#previews = new Previews({
      answers: this.#answers,
      masks: deps.masks,
      mayAsk: ({ model }) => this.#embeddings.isReady(model) && !this.#views.isPending,
      show: (preview) => this.#set({ preview }),
    });
    this.#sharpening = new Sharpening({
      answers: this.#answers,
      onFound: onChange,
      looks: this.#looks,
      embeddings: this.#embeddings,
      signal: this.#ending.signal,
      mayAsk: deps.mayEdit,
    });
    this.#endings = this.#listen();
    this.#refresh();
  }

  get #state(): EditorState {
    return this.store.getState();
  }

  select(annotationId: string | null): void {
    this.#line.run(() => this.#select(annotationId));
  }

  setTool(tool: ToolName): void {
    this.#previews.end();
    this.#set({ tool });
  }

  setBrushDiameter(brushDiameterPx: number): void {
    this.#set({ brushDiameterPx: Math.max(1, brushDiameterPx) });
  }

  setBox(box: BoxXyxy): void {
    this.#line.run(() => {
      const { size } = this.#state.image;
      const valid = size === null ? box : validateBox(box, size);
      this.#editOrBegin('set-box', (annotation) => withBox(annotation, valid));
    });
  }

  clearBox(): void {
    this.#line.run(() => this.#editSelected('clear-box', (annotation) => withBox(annotation, null)));
  }

  addPoint({ x, y }: ImagePoint, label: PointLabel): string {
    const point = { id: this.#deps.newId(), x, y, label, enabled: true };
    this.#line.run(() => {
      this.#checkPoint(point);
      this.#editOrBegin('add-point', (annotation) => withPoint(annotation, point));
    });
    return point.id;
  }

  movePoint(pointId: string, { x, y }: ImagePoint): void {
    this.#line.run(() => {
      this.#checkPoint({ x, y, label: 'foreground' });
      this.#editPoint('move-point', pointId, (point) => ({ ...point, x, y }));
    });
  }

  removePoint(pointId: string): void {
    this.#line.run(() => this.#editPoint('remove-point', pointId, () => null));
  }

  togglePoint(pointId: string): void {
    this.#line.run(() =>
      this.#editPoint('toggle-point', pointId, (point) => ({ ...point, enabled: !point.enabled })),
    );
  }

  flipPointLabel(pointId: string): void {
    this.#line.run(() =>
      this.#editPoint('toggle-point', pointId, (point) => ({
        ...point,
        label: point.label === 'foreground' ? 'background' : 'foreground',
      })),
    );
  }

  clearPrompt(): void {
    this.#line.run(() =>
      this.#editSelected('clear-prompt', (annotation) => withPrompt(annotation, emptyPrompt)),
    );
  }

  setMaskPrompt(rle: RecordedRle | null): void {
    this.#line.run(() => {
      if (!this.#mayEdit()) return;
      const maskId = rle === null ? null : this.#deps.queue.keepMask(rle);
      const change = (annotation: Annotation): Annotation =>
        unreviewed({
          ...annotation,
          prompt: { ...annotation.prompt, maskId },
          editedMask: maskId === null ? annotation.editedMask : null,
        });
      if (maskId === null) this.#editSelected('set-mask-prompt', change);
      else this.#editOrBegin('set-mask-prompt', change);
    });
  }

  previewAt(point: ImagePoint | null, label: PointLabel): void {
    if (point === null || !this.#state.hoverPreview) {
      this.#previews.end();
      return;
    }
    const { x, y } = point;
    this.#preview((annotation) => {
      this.#checkPoint({ x, y, label });
      return withPoint(annotation, { id: '', x, y, label, enabled: true });
    }, label);
  }

  previewBox(box: BoxXyxy | null): void {
    if (box === null) {
      this.#previews.end();
      return;
    }
    const { size } = this.#state.image;
    this.#preview(
      (annotation) => withBox(annotation, size === null ? box : validateBox(box, size)),
      'foreground',
    );
  }

  hoverCandidate(index: number | null): void {
    if (index === this.#state.hoveredCandidate) return;
    this.#set({ hoveredCandidate: index });
    const { selectedId } = this.#state;
    this.#try(
      selectedId === null || index === null ? null : { annotationId: selectedId, trial: { choice: index } },
    );
  }

  chooseCandidate(index: number): void {
    this.#line.run(() => {
      const { selectedId, views } = this.#state;
      const candidates = views.find(({ annotation }) => annotation.id === selectedId)?.prediction?.candidates;
      if (candidates?.[index] === undefined) {
        this.#notify('info', 'editor.no-such-candidate');
        return;
      }
      this.#endTrial();
      this.#editSelected('choose-candidate', (annotation) =>
        unreviewed({ ...annotation, choice: index, editedMask: null }),
      );
    });
  }

  setPostprocess(options: PostprocessOptions, live?: 'live'): void {
    this.#line.run(() => {
      const annotation = this.#editableSelected();
      if (annotation === null) return;
      validatePostprocessOptions(options);
      if (live === 'live') {
        this.#try({ annotationId: annotation.id, trial: { postprocess: options } });
        return;
      }
      this.#endTrial();
      this.#edit('set-postprocess', annotation, withPostprocess(annotation, options));
    });
  }

  setModel(model: string): void {
    this.#line.run(() => {
      this.#model = model;
      if (this.#deps.mayEdit) this.#embeddings.want(model);
      if (this.#state.selectedId !== null) {
        this.#editSelected('set-model', (annotation) =>
          unreviewed({
            ...annotation,
            model,
            choice: model === annotation.model ? annotation.choice : 'best',
          }),
        );
      }
      this.#refresh();
    });
  }

  paint(stroke: readonly ImagePoint[], mode: 'paint' | 'erase'): void {
    if (stroke.length === 0) return;
    const diameterPx = this.#state.brushDiameterPx;
    this.#line.run(() => this.#paint(stroke, diameterPx, mode));
  }

  discardEdit(): void {
    this.#line.run(() =>
      this.#editSelected('discard-edit', (annotation) =>
        annotation.editedMask === null ? annotation : unreviewed({ ...annotation, editedMask: null }),
      ),
    );
  }

  newAnnotation(): void {
    this.select(null);
  }

  deleteAnnotation(annotationId: string): void {
    this.#line.run(() => {
      const annotation = this.#editable(annotationId);
      if (annotation !== null) this.#step('delete', [{ before: annotation, after: null }]);
    });
  }

  restore(annotationId: string): void {
    this.#line.run(() => {
      if (!this.#mayEdit()) return;
      const { document, log } = this.#state;
      const last = document.annotations.has(annotationId) ? null : lastStateOf(log, annotationId);
      if (last === null) {
        this.#notify('info', 'editor.nothing-to-restore');
        return;
      }
      this.#step('restore', [{ before: null, after: this.#revised(last) }]);
      this.#select(annotationId);
    });
  }

  rename(annotationId: string, name: string): void {
    const short = name.trim().slice(0, MOST_NAME_CHARACTERS);
    this.#editById('rename', annotationId, (annotation) => ({ ...annotation, name: short }));
  }

  setLabel(annotationId: string, labelId: string | null): void {
    this.#editById('set-label', annotationId, (annotation) => ({ ...annotation, labelId }));
  }

  reorder(annotationId: string, place: number): void {
    this.#line.run(() => {
      const { annotations } = this.#state.document;
      if (!annotations.has(annotationId)) {
        this.#notify('info', 'editor.annotation-missing');
        return;
      }
      const changes = reordered(inOrder(annotations.values()), annotationId, place).map((after) => ({
        before: annotations.get(after.id) ?? null,
        after: this.#revised(after),
      }));
      if (changes.length > 0) this.#step('reorder', changes);
    });
  }

  setVisible(annotationId: string, shown: 'shown' | 'hidden'): void {
    const visible = shown === 'shown';
    this.#editById(
      visible ? 'show' : 'hide',
      annotationId,
      (annotation) => ({ ...annotation, visible }),
      'also-locked',
    );
  }

  setLocked(annotationId: string, locked: 'locked' | 'unlocked'): void {
    const lock = locked === 'locked';
    this.#editById(
      lock ? 'lock' : 'unlock',
      annotationId,
      (annotation) => ({ ...annotation, locked: lock }),
      'also-locked',
    );
  }

  importMask(rle: RecordedRle, name: string): void {
    this.#line.run(() => {
      const maskId = this.#deps.queue.keepMask(rle);
      this.#begin('import', (annotation) => ({
        ...withEditedMask(annotation, maskId),
        name: name.trim().slice(0, MOST_NAME_CHARACTERS) || annotation.name,
      }));
    });
  }

  accept(annotationId: string): void {
    this.#line.run(() => {
      const annotation = this.#editable(annotationId);
      if (annotation === null) return;
      this.#endTrial();
      const { look, current, pending } = this.#views.get(annotationId)?.state ?? noWork;
      if (look === null && !pending) {
        this.#notify('info', 'editor.accept-no-mask');
        return;
      }
      if (look === null || !current) {
        this.#notify('info', pending ? 'editor.accept-pending' : 'editor.accept-failed');
        return;
      }
      const maskId = this.#deps.queue.keepMask(look.mask.rle);
      this.#looks.remember(look.mask);
      this.#edit('accept', annotation, { ...annotation, review: { status: 'accepted', maskId } });
    });
  }

  reject(annotationId: string, reason: RejectReason, note: string): void {
    const review = { status: 'rejected', reason, note: note.trim().slice(0, MOST_NOTE_CHARACTERS) } as const;
    this.#editById('reject', annotationId, (annotation) => ({ ...annotation, review }));
  }

  reopen(annotationId: string): void {
    this.#editById('reopen', annotationId, unreviewed);
  }

  undo(): void {
    this.#line.run(() => this.#turn('undo', this.#state.document.done.at(-1)));
  }

  redo(): void {
    this.#line.run(() => this.#turn('redo', this.#state.document.undone.at(-1)));
  }

  askAgain(annotationId: string): void {
    const annotation = this.#state.document.annotations.get(annotationId);
    if (annotation !== undefined) this.#embeddings.retry(annotation.model);
    this.#views.get(annotationId)?.retry();
  }

  async stateOf(
    annotation: Annotation,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<AnnotationLook | null> {
    const spec = maskSpecOf(annotation);
    if (spec === null) return null;
    const options = { signal, annotationId: annotation.id, ask: 'record-first' } as const;
    const { mask } = await this.#looks.make(spec, options);
    return { mask, ...(await this.#answerBehind(annotation)) };
  }

  /** Also of a mask that was accepted, and so is stored; not of one that was painted. */
  async #answerBehind(annotation: Annotation): Promise<Omit<AnnotationLook, 'mask'>> {
    const question = annotation.editedMask === null ? questionOf(annotation) : null;
    if (question === null) return { prediction: null, candidate: null };
    const answer = this.#answers.get(question) ?? (await this.#answers.find(question).catch(() => null));
    if (answer === null) return { prediction: null, candidate: null };
    return { prediction: answer.prediction, candidate: candidateOf(answer, annotation.choice) };
  }

  dismissNotice(id: string): void {
    this.#set({ notices: this.#state.notices.filter((notice) => notice.id !== id) });
  }

  setMaskOpacity(opacity: number): void {
    this.#set({ maskOpacity: Math.max(0, Math.min(1, opacity)) });
  }

  hideMasks(hidden: 'hidden' | 'shown'): void {
    this.#set({ masksHidden: hidden === 'hidden' });
  }

  setHoverPreview(mode: 'on' | 'off'): void {
    if (mode === 'off') this.#previews.end();
    this.#set({ hoverPreview: mode === 'on' });
  }

  setDecodePlace(wanted: DecodePlace['wanted']): void {
    this.#deps.decoders.want(wanted);
  }

  painted(annotationId: string, drawMs: number): void {
    this.#views.get(annotationId)?.painted(drawMs);
  }

  async close(): Promise<void> {
    await this.#line.end();
    for (const end of this.#endings) end();
    this.#ending.abort();
    this.#previews.end();
    this.#views.end();
    await Promise.all([this.#embeddings.release(), this.#deps.queue.stop()]);
  }

  #listen(): readonly (() => void)[] {
    const { queue, events, decoders } = this.#deps;
    return [
      queue.subscribe(() => this.#refresh()),
      queue.watch((report) => this.#reported(report)),
      events.listen((event) => this.#receive(event)),
      events.watch((state) => {
        if (state === 'connected') this.#reconnected();
      }),
      decoders.watch(() => this.#set({ decodeIn: decoders.place })),
    ];
  }

  #receive(event: ServerEvent): void {
    const { datasetId, image } = this.#deps;
    if (event.type === 'embedding' && event.datasetId === datasetId)
      this.#embeddings.receive(event.embedding);
    if (event.type === 'labels' && event.datasetId === datasetId) {
      this.#set({ labels: event.labels });
      this.#refresh();
    }
    if (event.type === 'image' && event.image.id === image.id && event.image.datasetId === datasetId) {
      this.#imageIs(event.image);
    }
  }

  #imageIs(image: WireImage): void {
    const { sha256 } = this.#state.image;
    this.#set({ image });
    if (sha256 === null || image.sha256 === null || sha256 === image.sha256) return;
    this.#notify('warning', 'editor.image-changed');
    this.#answers.clear();
    this.#looks.clear();
    for (const work of this.#views.all) work.restart();
  }

  #reconnected(): void {
    this.#embeddings.wantAgain();
    for (const work of this.#views.all) {
      if (isCalqueError(work.state.error, 'server-unreachable')) work.retry();
    }
  }

  #reported(report: QueueReport): void {
    switch (report.kind) {
      case 'conflict':
        this.#notify('warning', 'editor.entries-dropped', {
          values: { count: report.entries.length },
          action: { key: 'editor.do-again', run: () => this.#line.run(() => this.#repeat(report.entries)) },
        });
        break;
      case 'recovered':
        this.#notify('info', 'editor.work-recovered', { values: { count: report.count } });
        break;
      case 'not-kept':
        this.#notify('warning', 'editor.work-not-kept');
        break;
      case 'refused':
      case 'blocked':
        this.#notifyError(report.error);
    }
  }

  /** What the person did, once more on what is there now. */
  #repeat(entries: readonly Entry[]): void {
    const steps = new Map<string, StepEntry>();
    for (const entry of [...this.#state.log, ...entries])
      if (entry.kind === 'step') steps.set(entry.id, entry);
    for (const entry of entries) {
      const step = entry.kind === 'step' ? entry : steps.get(entry.stepId);
      if (step === undefined) continue;
      const wanted = entry.kind === 'undo' ? inverseChanges(step.changes) : step.changes;
      const changes = repeatedChanges(this.#state.document, wanted, () => this.#newRevision());
      if (changes.length > 0) this.#step(step.gesture, changes);
    }
  }

  async #paint(points: readonly ImagePoint[], diameterPx: number, mode: 'paint' | 'erase'): Promise<void> {
    const { size } = this.#state.image;
    if (size === null) {
      this.#notify('info', 'editor.image-not-read');
      return;
    }
    if (!this.#mayEdit()) return;
    const { selectedId } = this.#state;
    const base = selectedId === null ? null : (this.#views.get(selectedId)?.state.look?.mask.rle ?? null);
    if (selectedId !== null && this.#editable(selectedId) === null) return;
    if (base === null && mode === 'erase') {
      this.#notify('info', 'editor.nothing-to-erase');
      return;
    }
    const stroke = { base, size, points, diameterPx, mode };
    const mask = await this.#deps.masks.paint(stroke, { signal: this.#ending.signal });
    const maskId = this.#deps.queue.keepMask(mask.rle);
    this.#looks.remember(mask);
    const change = (annotation: Annotation): Annotation => withEditedMask(annotation, maskId);
    if (selectedId === null) this.#begin(mode, change);
    else this.#editNow(mode, selectedId, change);
  }

  #turn(kind: 'undo' | 'redo', step: StepEntry | undefined): void {
    if (step === undefined || !this.#mayEdit()) return;
    const { newId, page } = this.#deps;
    this.#endTrial();
    this.#deps.queue.append({ kind, id: newId(), at: this.#now(), author: page, stepId: step.id });
    if (step.author !== page) this.#notify('info', `editor.${kind}-of-other-page`);
    const touched = step.changes.map(({ before, after }) => (after ?? before)?.id);
    const there = touched.filter((id) => id !== undefined && this.#state.document.annotations.has(id));
    if (there.length === 1 && there[0] !== undefined) this.#select(there[0]);
  }

  #select(annotationId: string | null): void {
    if (annotationId !== null && !this.#state.document.annotations.has(annotationId)) {
      this.#notify('info', 'editor.annotation-missing');
      return;
    }
    if (annotationId === this.#state.selectedId) return;
    this.#previews.end();
    this.#endTrial();
    this.#set({ selectedId: annotationId });
    this.#refresh();
  }

  #preview(change: (annotation: Annotation) => Annotation, label: PointLabel): void {
    const { document, selectedId } = this.#state;
    const selected = selectedId === null ? undefined : document.annotations.get(selectedId);
    const base = selected ?? this.#blank('');
    const nothingYet = questionOf(base) === null && base.editedMask === null;
    if (selected?.locked === true || (nothingYet && label === 'background')) {
      this.#previews.end();
      return;
    }
    this.#previews.want(previewQuestion(base, change), selectedId);
  }

  #try(tried: TriedAnnotation | null): void {
    this.#tried = tried;
    this.#refresh();
  }

  #endTrial(): void {
    if (this.#tried === null && this.#state.hoveredCandidate === null) return;
    this.#set({ hoveredCandidate: null });
    this.#try(null);
  }

  #editById(
    gesture: Gesture,
    annotationId: string,
    change: (annotation: Annotation) => Annotation,
    also?: 'also-locked',
  ): void {
    this.#line.run(() => this.#editNow(gesture, annotationId, change, also));
  }

  #editNow(
    gesture: Gesture,
    annotationId: string,
    change: (annotation: Annotation) => Annotation,
    also?: 'also-locked',
  ): void {
    const annotation = this.#editable(annotationId, also);
    if (annotation !== null) this.#edit(gesture, annotation, change(annotation));
  }

  #editSelected(gesture: Gesture, change: (annotation: Annotation) => Annotation): void {
    const annotation = this.#editableSelected();
    if (annotation !== null) this.#edit(gesture, annotation, change(annotation));
  }

  #editOrBegin(gesture: Gesture, change: (annotation: Annotation) => Annotation): void {
    if (this.#state.selectedId === null) this.#begin(gesture, change);
    else this.#editSelected(gesture, change);
  }

  #editPoint(
    gesture: Gesture,
    pointId: string,
    change: (point: AnnotationPoint) => AnnotationPoint | null,
  ): void {
    const owner = [...this.#state.document.annotations.values()].find(({ prompt }) =>
      prompt.points.some(({ id }) => id === pointId),
    );
    if (owner === undefined) {
      this.#notify('info', 'editor.point-missing');
      return;
    }
    this.#editNow(gesture, owner.id, (annotation) => withChangedPoint(annotation, pointId, change));
  }

  /** A gesture that changes nothing is no step. */
  #edit(gesture: Gesture, before: Annotation, after: Annotation): void {
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    this.#step(gesture, [{ before, after: this.#revised(after) }]);
  }

  #begin(gesture: Gesture, change: (annotation: Annotation) => Annotation): void {
    if (!this.#mayEdit()) return;
    const annotation = this.#blank(this.#deps.newId());
    this.#step(gesture, [{ before: null, after: this.#revised(change(annotation)) }]);
    this.#select(annotation.id);
  }

  #blank(id: string): Annotation {
    const { document, log } = this.#state;
    const name = id === '' ? '' : this.#deps.nameOf(annotationsEver(log) + 1);
    return newAnnotationIn(document.annotations, { id, model: this.#model, name });
  }

  #step(gesture: Gesture, changes: readonly AnnotationChange[]): void {
    if (!this.#mayEdit()) return;
    const { newId, page, queue } = this.#deps;
    queue.append({ kind: 'step', id: newId(), at: this.#now(), author: page, gesture, changes });
  }

  #revised(annotation: Annotation): Annotation {
    return { ...annotation, revision: this.#newRevision() };
  }

  #newRevision(): string {
    const revision = this.#deps.newId();
    this.#fresh.add(revision);
    return revision;
  }

  #editableSelected(): Annotation | null {
    const { selectedId } = this.#state;
    if (selectedId !== null) return this.#editable(selectedId);
    this.#notify('info', 'editor.nothing-selected');
    return null;
  }

  #editable(annotationId: string, also?: 'also-locked'): Annotation | null {
    const annotation = this.#state.document.annotations.get(annotationId);
    if (annotation === undefined) {
      this.#notify('info', 'editor.annotation-missing');
      return null;
    }
    if (!annotation.locked || also === 'also-locked') return annotation;
    this.#notify('info', 'editor.annotation-locked', { values: { name: annotation.name } });
    return null;
  }

  /** Says so where the person may not. */
  #mayEdit(): boolean {
    if (!this.#deps.mayEdit) this.#notify('info', 'editor.read-only');
    return this.#deps.mayEdit;
  }

  #checkPoint({ x, y, label }: ImagePoint & { readonly label: PointLabel }): void {
    const { size } = this.#state.image;
    if (size !== null) validatePrompt({ box: null, points: [{ x, y, label }], mask: null }, size);
  }

  #refresh(): void {
    if (this.#refreshing) return;
    this.#refreshing = true;
    const { document, log, loaded, save } = this.#deps.queue.state;
    const { selectedId } = this.#state;
    const former = selectedId === null ? undefined : this.#state.document.annotations.get(selectedId);
    const selected = selectedId === null ? undefined : document.annotations.get(selectedId);
    if (former?.revision !== selected?.revision) this.#previews.end();
    if (this.#tried !== null && !document.annotations.has(this.#tried.annotationId)) this.#tried = null;
    this.#views.update(document, this.#tried, ({ revision }) => this.#fresh.has(revision));
    this.#refreshing = false;
    if (loaded && this.#deps.mayEdit) this.#embeddings.want(this.#model);
    const embedding = this.#embeddings.stateOf(selected?.model ?? this.#model);
    this.#set({ document, log, loaded, save, embedding, selectedId: selected?.id ?? null });
    this.#refreshViews();
  }

  #refreshViews(): void {
    if (this.#refreshing) return;
    const views = this.#views.viewsOf(this.#state.document, this.#state.labels);
    if (views !== this.#state.views) this.#set({ views });
    if (this.#views.isPending) this.#previews.pause();
    else this.#previews.resume();
    for (const { annotation } of views) {
      const work = this.#views.get(annotation.id);
      if (work !== undefined && this.#tried === null) this.#sharpening.consider(annotation, work);
    }
  }

  #notify(kind: Notice['kind'], key: string, more: Pick<Notice, 'action'> & NoticeValues = {}): void {
    const { values, action } = more;
    const text = values === undefined ? { key } : { key, values };
    this.#add({ id: this.#deps.newId(), kind, text, ...(action === undefined ? {} : { action }) });
  }

  #notifyError(error: unknown): void {
    if (this.#ending.signal.aborted) return;
    this.#add({ id: this.#deps.newId(), kind: 'error', text: asCalqueError(error) });
  }

  #add(notice: Notice): void {
    this.#set({ notices: withNotice(this.#state.notices, notice) });
  }

  #now(): string {
    return new Date(this.#deps.clock.now()).toISOString();
  }

  #set(change: Partial<EditorState>): void {
    this.store.setState(change);
  }
}

interface NoticeValues {
  readonly values?: Readonly<Record<string, string | number>>;
}

const noWork = { look: null, current: true, pending: false } as const;

function initialState(deps: EditorDeps): EditorState {
  const { datasetId, image, labels, queue, decoders, settings } = deps;
  return {
    datasetId,
    image,
    labels,
    document: queue.state.document,
    log: queue.state.log,
    loaded: queue.state.loaded,
    save: queue.state.save,
    selectedId: null,
    tool: 'foreground',
    brushDiameterPx: 20,
    views: [],
    preview: null,
    hoverPreview: true,
    hoveredCandidate: null,
    embedding: null,
    decodeIn: decoders.place,
    notices: [],
    maskOpacity: 0.35,
    masksHidden: false,
    ...settings,
  };
}

/** Null where the place gives no prompt that could be asked. */
function previewQuestion(
  base: Annotation,
  change: (annotation: Annotation) => Annotation,
): ReturnType<typeof questionOf> {
  try {
    return questionOf(change(base));
  } catch (error) {
    if (isCalqueError(error)) return null;
    throw error;
  }
}

function annotationsEver(log: readonly Entry[]): number {
  const ids = new Set<string>();
  for (const entry of log) {
    if (entry.kind !== 'step') continue;
    for (const { before, after } of entry.changes) ids.add((after ?? before)?.id ?? '');
  }
  return ids.size;
}
