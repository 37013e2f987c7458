import { answerNotUnderstood, type Client, maskIdOf } from '@calque/api';
import {
  applyEntry,
  type CalqueError,
  type Entry,
  type ImageDocument,
  isCalqueError,
  type NumberedEntry,
  type RecordedRle,
} from '@calque/core';
import { backoffMs } from './backoff.ts';
import type { Clock } from './clock.ts';
import { appliedOrNull, EntryLog } from './entry-log.ts';
import type { EntryQueue, QueueReport, QueueState } from './entry-queue.ts';
import { masksOfEntry } from './masks-of-entry.ts';
import type { ImageKey, KeptEntry, KeptWork, QueueStore } from './queue-store.ts';

export interface EntryQueueDeps extends ImageKey {
  readonly client: Pick<Client, 'call'>;
  readonly store: QueueStore;
  readonly clock: Clock;
}

/** Reads the image's log at once, and what an earlier page left unsent. */
export function createEntryQueue(deps: EntryQueueDeps): EntryQueue {
  return new SendingQueue(deps);
}

const BATCH_ENTRIES = 200;
/** Below the limits that servers and proxies have for a request. */
const BATCH_CHARACTERS = 256_000;

interface QueuedMask {
  readonly rle: RecordedRle;
  written: boolean;
  readonly waiting: (() => void)[];
}

class SendingQueue implements EntryQueue {
  readonly #deps: EntryQueueDeps;
  readonly #log = new EntryLog();
  #pending: readonly KeptEntry[] = [];
  readonly #masks = new Map<string, QueuedMask>();
  readonly #listeners = new Set<() => void>();
  readonly #watchers = new Set<(report: QueueReport) => void>();
  readonly #ending = new AbortController();
  #loaded = false;
  #readAgain = true;
  #working = false;
  #failures = 0;
  #callOff: () => void = () => {};
  /** After a refusal that names no entry: one at a time finds it. */
  #singly = false;
  #blocked: string | null = null;
  #keeping: Promise<void> = Promise.resolve();
  #keptWell = true;
  #state: QueueState | undefined;

  constructor(deps: EntryQueueDeps) {
    this.#deps = deps;
    void this.#work();
  }

  get state(): QueueState {
    this.#state ??= this.#stateOf(this.#log.document);
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  watch(listener: (report: QueueReport) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  append(entry: Entry): void {
    const document = applyEntry(this.state.document, entry);
    const kept = { entry, place: Math.max(this.#deps.clock.now(), (this.#pending.at(-1)?.place ?? 0) + 1) };
    this.#pending = [...this.#pending, kept];
    this.#keep({ entries: [kept], masks: [] });
    this.#publish(document);
    void this.#work();
  }

  keepMask(rle: RecordedRle): string {
    const maskId = maskIdOf(rle);
    if (this.#masks.has(maskId)) return maskId;
    this.#masks.set(maskId, { rle, written: false, waiting: [] });
    this.#keep({ entries: [], masks: [{ maskId, rle }] });
    this.#publish(this.state.document);
    void this.#work();
    return maskId;
  }

  async readMask(maskId: string, { signal }: { readonly signal: AbortSignal }): Promise<RecordedRle> {
    const kept = this.#masks.get(maskId);
    if (kept !== undefined) return kept.rle;
    const { datasetId, imageId, client } = this.#deps;
    return client.call('readMask', { params: { datasetId, imageId, maskId }, signal });
  }

  maskWritten(maskId: string): Promise<void> {
    const mask = this.#masks.get(maskId);
    if (mask === undefined || mask.written) return Promise.resolve();
    return new Promise((resolve) => mask.waiting.push(resolve));
  }

  receive(entries: readonly NumberedEntry[]): void {
    if (!this.#loaded || isIncomplete(this.#takeOver(entries))) this.#readAgain = true;
    void this.#work();
  }

  resync(): void {
    this.#readAgain = true;
    this.#callOff();
    void this.#work();
  }

  async kept(): Promise<void> {
    await this.#keeping;
  }

  async stop(): Promise<void> {
    this.#callOff();
    this.#ending.abort();
    await this.#keeping;
  }

  /** One attempt after the other until all is sent, or until one fails. */
  async #work(): Promise<void> {
    if (this.#working || this.#ending.signal.aborted) return;
    this.#working = true;
    this.#callOff();
    try {
      for (let task = this.#nextTask(); task !== null; task = this.#nextTask()) {
        await task();
        this.#failures = 0;
        this.#blocked = null;
        this.#ending.signal.throwIfAborted();
      }
    } catch (error) {
      if (!this.#ending.signal.aborted) this.#retryLater(error);
    } finally {
      this.#working = false;
    }
    this.#publish(this.state.document);
  }

  #nextTask(): (() => Promise<void>) | null {
    if (!this.#loaded) return () => this.#load();
    if (this.#readAgain) return () => this.#read();
    for (const [maskId, mask] of this.#masks) {
      if (!mask.written) return () => this.#writeMask(maskId, mask);
    }
    return this.#pending.length > 0 ? () => this.#send() : null;
  }

  #retryLater(error: unknown): void {
    this.#failures++;
    this.#callOff = this.#deps.clock.after(backoffMs(this.#failures), () => void this.#work());
    if (!isPassing(error)) this.#reportBlocked(error);
  }

  /** Says the same thing once, however often it is tried. */
  #reportBlocked(error: unknown): void {
    const code = isCalqueError(error) ? error.code : String(error);
    if (this.#blocked === code) return;
    this.#blocked = code;
    this.#report({ kind: 'blocked', error });
  }

  async #load(): Promise<void> {
    const kept = await this.#loadKept();
    this.#readAgain = false;
    const { entries } = await this.#call(0);
    this.#log.replace(entries);
    this.#loaded = true;
    this.#adopt(kept);
  }

  async #loadKept(): Promise<KeptWork> {
    try {
      return await this.#deps.store.load(this.#deps);
    } catch (error) {
      this.#reportNotKept(error);
      return { entries: [], masks: [] };
    }
  }

  /** Work of an earlier page goes before that of this one. What both have is the same. */
  #adopt({ entries, masks }: KeptWork): void {
    for (const { maskId, rle } of masks) {
      if (!this.#masks.has(maskId)) this.#masks.set(maskId, { rle, written: false, waiting: [] });
    }
    const mine = new Set(this.#pending.map(({ entry }) => entry.id));
    const earlier = entries.filter(({ entry }) => !mine.has(entry.id));
    const count = earlier.filter(({ entry }) => !this.#log.has(entry.id)).length;
    this.#pending = [...earlier, ...this.#pending];
    if (count > 0) this.#report({ kind: 'recovered', count });
    this.#rebase();
  }

  async #read(): Promise<void> {
    this.#readAgain = false;
    try {
      const before = this.#log.seq;
      const { seq, entries } = await this.#call(before);
      const outcome = seq < before ? 'diverged' : this.#takeOver(entries);
      if (outcome === 'diverged') await this.#beginAnew();
      if (outcome === 'gap') this.#readAgain = true;
    } catch (error) {
      this.#readAgain = true;
      throw error;
    }
  }

  /** The server went back to an earlier state (a backup): what it lost is in this page, and is sent again. */
  async #beginAnew(): Promise<void> {
    const known = this.#log.entries;
    const { entries } = await this.#call(0);
    this.#log.replace(entries);
    const place = Math.min(this.#deps.clock.now(), this.#pending[0]?.place ?? Number.POSITIVE_INFINITY);
    const lost = known.map((entry, i) => ({ entry, place: place - known.length + i }));
    this.#pending = [...lost, ...this.#pending];
    for (const mask of this.#masks.values()) mask.written = false;
    this.#rebase();
    this.#keep({ entries: this.#pending.filter((kept) => lost.includes(kept)), masks: [] });
  }

  #call(after: number): Promise<{ readonly seq: number; readonly entries: readonly NumberedEntry[] }> {
    const { datasetId, imageId, client } = this.#deps;
    const signal = this.#ending.signal;
    return client.call('readDocument', { params: { datasetId, imageId }, query: { after }, signal });
  }

  async #writeMask(maskId: string, mask: QueuedMask): Promise<void> {
    const { datasetId, imageId, client } = this.#deps;
    const signal = this.#ending.signal;
    try {
      await client.call('writeMask', { params: { datasetId, imageId, maskId }, body: mask.rle, signal });
      mask.written = true;
    } catch (error) {
      if (!isRefused(error)) throw error;
      this.#masks.delete(maskId);
      this.#refuse(
        this.#pending.filter(({ entry }) => masksOfEntry(entry).includes(maskId)),
        error,
      );
    }
    this.#forget([], [maskId]);
    for (const resolve of mask.waiting.splice(0)) resolve();
  }

  async #send(): Promise<void> {
    const batch = this.#nextBatch();
    const { datasetId, imageId, client } = this.#deps;
    const body = { baseSeq: this.#log.seq, entries: batch.map(({ entry }) => entry) };
    const signal = this.#ending.signal;
    try {
      const answer = await client.call('appendEntries', { params: { datasetId, imageId }, body, signal });
      this.#singly = false;
      const incomplete = isIncomplete(this.#takeOver(answer.entries));
      if (incomplete || this.#log.seq < answer.seq) this.#readAgain = true;
      else this.#checkProgress(batch);
    } catch (error) {
      if (isCalqueError(error, 'document-conflict')) await this.#resolveConflict(batch, error);
      else if (isRefused(error)) this.#isolate(batch, error);
      else throw error;
    }
  }

  /** Sending the same again at once would go on for ever. */
  #checkProgress(batch: readonly KeptEntry[]): void {
    if (batch.every((kept) => this.#pending.includes(kept))) throw answerNotUnderstood(200);
  }

  async #resolveConflict(batch: readonly KeptEntry[], error: CalqueError): Promise<void> {
    const before = this.#log.seq;
    await this.#read();
    const same = this.#log.seq === before && batch.every((kept) => this.#pending.includes(kept));
    if (same) this.#isolate(batch, error);
  }

  #isolate(batch: readonly KeptEntry[], error: CalqueError): void {
    if (batch.length > 1) this.#singly = true;
    else {
      this.#singly = false;
      this.#refuse(batch, error);
    }
  }

  #refuse(refused: readonly KeptEntry[], error: CalqueError): void {
    if (refused.length === 0) return;
    const entries = refused.map(({ entry }) => entry);
    this.#pending = this.#pending.filter((kept) => !refused.includes(kept));
    this.#forget(
      entries.map(({ id }) => id),
      [],
    );
    this.#report({ kind: 'refused', entries, error });
    this.#rebase();
  }

  #nextBatch(): readonly KeptEntry[] {
    let characters = 0;
    const most = this.#singly ? 1 : BATCH_ENTRIES;
    const count = this.#pending.slice(0, most).findIndex(({ entry }, i) => {
      characters += JSON.stringify(entry).length;
      return i > 0 && characters > BATCH_CHARACTERS;
    });
    return this.#pending.slice(0, count < 0 ? most : count);
  }

  #takeOver(entries: readonly NumberedEntry[]): 'unchanged' | 'extended' | 'gap' | 'diverged' {
    const seq = this.#log.seq;
    const outcome = this.#log.extend(entries);
    if (this.#log.seq > seq) this.#rebase();
    return outcome;
  }

  /** Puts the unsent entries on top of the server's again. What no longer fits is dropped, and said. */
  #rebase(): void {
    const arrived = this.#pending.filter(({ entry }) => this.#log.has(entry.id));
    const dropped: KeptEntry[] = [];
    const kept: KeptEntry[] = [];
    let document = this.#log.document;
    for (const pending of this.#pending) {
      if (this.#log.has(pending.entry.id)) continue;
      const next = appliedOrNull(document, pending.entry);
      (next === null ? dropped : kept).push(pending);
      document = next ?? document;
    }
    this.#pending = kept;
    this.#forget(
      [...arrived, ...dropped].map(({ entry }) => entry.id),
      [],
    );
    this.#publish(document);
    if (dropped.length > 0) this.#report({ kind: 'conflict', entries: dropped.map(({ entry }) => entry) });
  }

  #keep(work: KeptWork): void {
    this.#chain(() => this.#deps.store.keep(this.#deps, work));
  }

  #forget(entryIds: readonly string[], maskIds: readonly string[]): void {
    if (entryIds.length + maskIds.length === 0) return;
    this.#chain(() => this.#deps.store.drop(this.#deps, { entryIds, maskIds }));
  }

  #chain(write: () => Promise<void>): void {
    this.#keeping = this.#keeping.then(write).catch((error: unknown) => this.#reportNotKept(error));
  }

  #reportNotKept(error: unknown): void {
    if (this.#keptWell) this.#report({ kind: 'not-kept', error });
    this.#keptWell = false;
  }

  #report(report: QueueReport): void {
    for (const watcher of [...this.#watchers]) watcher(report);
  }

  #publish(document: ImageDocument): void {
    const state = this.#stateOf(document);
    if (isSame(state, this.state)) return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }

  #entries(): readonly Entry[] {
    return [...this.#log.entries, ...this.#pending.map(({ entry }) => entry)];
  }

  #stateOf(document: ImageDocument): QueueState {
    const masks = [...this.#masks.values()].filter(({ written }) => !written).length;
    const unsent = this.#pending.length + masks;
    const underWay = this.#failures > 0 ? 'offline' : 'saving';
    return {
      document,
      log: document === this.#state?.document ? this.#state.log : this.#entries(),
      loaded: this.#loaded,
      save: unsent === 0 && this.#loaded ? 'saved' : underWay,
      unsent,
    };
  }
}

function isSame(a: QueueState, b: QueueState): boolean {
  return a.document === b.document && a.loaded === b.loaded && a.save === b.save && a.unsent === b.unsent;
}

function isIncomplete(outcome: 'unchanged' | 'extended' | 'gap' | 'diverged'): boolean {
  return outcome === 'gap' || outcome === 'diverged';
}

function statusOf(error: CalqueError): number {
  const status = error.details['status'];
  return typeof status === 'number' ? status : 0;
}

/** The server read it and will never take it. */
function isRefused(error: unknown): error is CalqueError {
  return isCalqueError(error) && [400, 413, 422].includes(statusOf(error));
}

/** Nothing that a person could change: the server is gone, busy or failing. */
function isPassing(error: unknown): boolean {
  if (!isCalqueError(error)) return false;
  const status = statusOf(error);
  return error.code === 'server-unreachable' || status === 408 || status === 429 || status >= 500;
}
