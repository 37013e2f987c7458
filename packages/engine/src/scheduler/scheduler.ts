import { engineBusy, engineClosed, superseded } from '../errors.ts';
import { whenAborted } from './when-aborted.ts';

/** In order of precedence. A `batch` task starts only when no other task waits or runs. */
export type TaskLane = 'decode' | 'encode' | 'batch';
/** What a task needs for itself while it runs. */
export type Slot = 'reader' | 'encoder' | 'decoder';

export interface Task<T> {
  readonly lane: TaskLane;
  readonly slot: Slot;
  /** Waiting tasks of the same session are rejected with `superseded` when this one is added. */
  readonly session?: string;
  /** Names the task for {@link Scheduler.promote}. */
  readonly key?: string;
  /** Who it is for: within a lane the one goes next who was served longest ago. Tasks for nobody count as one more person. */
  readonly person?: string;
  readonly signal?: AbortSignal;
  /** Must settle soon after the signal aborts, or the slot stays taken until it does. */
  readonly work: (signal: AbortSignal) => Promise<T>;
}

export interface Scheduled<T> {
  readonly value: T;
  readonly queueMs: number;
}

export interface SchedulerOptions {
  /** Waiting tasks beyond this are refused with `engine-busy`. */
  readonly maxWaiting: number;
  /** Waiting tasks of one person beyond this are refused with `engine-busy`, so that the others find room. */
  readonly maxWaitingOfPerson: number;
  readonly now: () => number;
}

interface Entry {
  lane: TaskLane;
  readonly key: string | undefined;
  readonly slot: Slot;
  readonly session: string | undefined;
  readonly person: string | undefined;
  readonly start: () => void;
  readonly controller: AbortController;
}

const LANES: readonly TaskLane[] = ['decode', 'encode', 'batch'];

/** People whose last turn is remembered. Who was forgotten counts as one who was never served. */
const REMEMBERED_PEOPLE = 1000;

/**
 * Decides what runs next; each slot runs one task at a time. Within a lane people take turns, and of one person's tasks the
 * first that came is the first served.
 */
export class Scheduler {
  readonly #waiting: Record<TaskLane, Entry[]> = { decode: [], encode: [], batch: [] };
  readonly #running = new Map<Slot, TaskLane>();
  readonly #entries = new Set<Entry>();
  /** When each person was served last, as a number that grows; the least recent first. */
  readonly #turns = new Map<string, number>();
  #turn = 0;
  #closed = false;
  readonly #options: SchedulerOptions;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return LANES.reduce((sum, lane) => sum + this.#waiting[lane].length, 0);
  }

  get running(): number {
    return this.#running.size;
  }

  /** Rejects with `engine-busy`, `superseded`, `engine-closed`, the signal's reason, or what the work rejects with. */
  run<T>(task: Task<T>): Promise<Scheduled<T>> {
    if (this.#closed) return Promise.reject(engineClosed());
    if (task.signal?.aborted) return Promise.reject(task.signal.reason);
    if (task.session !== undefined) this.#supersede(task.session);
    const { maxWaiting, maxWaitingOfPerson } = this.#options;
    if (this.waiting >= maxWaiting) return Promise.reject(engineBusy(this.waiting));
    const own = this.#waitingOf(task.person);
    if (own >= maxWaitingOfPerson) return Promise.reject(engineBusy(own, 'one person'));
    return new Promise((resolve, reject) => this.#enqueue(task, resolve, reject));
  }

  /** Moves the waiting task of this key to a lane that goes before its own, behind those who wait there. */
  promote(key: string, lane: TaskLane): void {
    for (const lower of LANES.slice(LANES.indexOf(lane) + 1)) {
      const entry = this.#waiting[lower].find((waiting) => waiting.key === key);
      if (entry === undefined) continue;
      this.#waiting[lower].splice(this.#waiting[lower].indexOf(entry), 1);
      entry.lane = lane;
      this.#waiting[lane].push(entry);
    }
    this.#dispatch();
  }

  /** Rejects everything that waits or runs with `engine-closed`; running work sees its signal abort. */
  close(): void {
    this.#closed = true;
    for (const entry of [...this.#entries]) entry.controller.abort(engineClosed());
  }

  #enqueue<T>(
    task: Task<T>,
    resolve: (value: Scheduled<T>) => void,
    reject: (reason: unknown) => void,
  ): void {
    const added = this.#options.now();
    const controller = new AbortController();
    const { signal } = task;
    const unlink = signal && whenAborted(signal, () => controller.abort(signal.reason));
    const leave = (): void => {
      this.#entries.delete(entry);
      unlink?.();
    };
    controller.signal.addEventListener('abort', () => {
      reject(controller.signal.reason);
      if (this.#remove(entry)) leave();
    });
    const finish = (): void => {
      leave();
      this.#running.delete(task.slot);
      this.#dispatch();
    };
    const start = (): void => {
      const queueMs = this.#options.now() - added;
      this.#running.set(task.slot, entry.lane);
      startWork(task.work, controller.signal)
        .then((value) => resolve({ value, queueMs }), reject)
        .finally(finish);
    };
    const entry: Entry = {
      lane: task.lane,
      key: task.key,
      slot: task.slot,
      session: task.session,
      person: task.person,
      start,
      controller,
    };
    this.#entries.add(entry);
    this.#waiting[task.lane].push(entry);
    this.#dispatch();
  }

  /** Takes a waiting entry out of its queue; false when it was running already. */
  #remove(entry: Entry): boolean {
    const queue = this.#waiting[entry.lane];
    const at = queue.indexOf(entry);
    if (at < 0) return false;
    queue.splice(at, 1);
    // What waited behind it may be free to go: a batch task waits for every other lane to empty.
    this.#dispatch();
    return true;
  }

  #supersede(session: string): void {
    for (const lane of LANES) {
      const older = this.#waiting[lane].filter((entry) => entry.session === session);
      for (const entry of older) entry.controller.abort(superseded());
    }
  }

  #dispatch(): void {
    for (let entry = this.#next(); entry !== undefined; entry = this.#next()) {
      const queue = this.#waiting[entry.lane];
      queue.splice(queue.indexOf(entry), 1);
      this.#takeTurn(entry.person ?? '');
      entry.start();
    }
  }

  #next(): Entry | undefined {
    for (const lane of LANES) {
      if (lane === 'batch' && this.#interactiveWork()) return undefined;
      const free = this.#waiting[lane].filter(({ slot }) => !this.#running.has(slot));
      const [first, ...later] = free;
      if (first === undefined) continue;
      return later.reduce(
        (next, other) => (this.#lastTurn(other) < this.#lastTurn(next) ? other : next),
        first,
      );
    }
    return undefined;
  }

  #lastTurn({ person = '' }: Entry): number {
    return this.#turns.get(person) ?? 0;
  }

  #takeTurn(person: string): void {
    this.#turns.delete(person);
    this.#turns.set(person, ++this.#turn);
    const [oldest] = this.#turns.keys();
    if (this.#turns.size > REMEMBERED_PEOPLE && oldest !== undefined) this.#turns.delete(oldest);
  }

  /** 0 for nobody in particular: programs on this machine are bounded by the queue alone. */
  #waitingOf(person: string | undefined): number {
    if (person === undefined) return 0;
    return LANES.reduce(
      (sum, lane) => sum + this.#waiting[lane].filter((entry) => entry.person === person).length,
      0,
    );
  }

  #interactiveWork(): boolean {
    return (
      this.#waiting.decode.length + this.#waiting.encode.length > 0 ||
      [...this.#running.values()].some((lane) => lane !== 'batch')
    );
  }
}

async function startWork<T>(work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
  return work(signal);
}
