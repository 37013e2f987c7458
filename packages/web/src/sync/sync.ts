import type { Client } from '@calque/api';
import type { Clock } from './clock.ts';
import { createEntryQueue } from './create-entry-queue.ts';
import type { EntryQueue, QueueReport } from './entry-queue.ts';
import type { ImageKey, QueueStore } from './queue-store.ts';
import type { ServerEvents } from './server-events.ts';

export interface SyncDeps {
  readonly client: Pick<Client, 'call'>;
  readonly store: QueueStore;
  readonly clock: Clock;
  readonly events: ServerEvents;
  /** Of images that are not open any more, while their work is still being sent. */
  readonly onReport: (image: ImageKey, report: QueueReport) => void;
}

/** The queues of all images with work under way. */
export interface Sync {
  /** The queue of an image. It sends on after `stop`, until nothing is left. */
  open(datasetId: string, imageId: string): EntryQueue;
  /** Sends what earlier pages left unsent, of any image. Resolves when all of it is on its way. */
  resume(): Promise<void>;
  /** Tries to send at once: the network is said to be back. */
  resync(): void;
  /** Entries and masks, of all images, that the server does not have. */
  unsent(): number;
  /** Resolves when what is unsent is kept in the browser. */
  stop(): Promise<void>;
}

interface OpenQueue {
  readonly queue: EntryQueue;
  users: number;
}

export function createSync(deps: SyncDeps): Sync {
  return new QueuesOfImages(deps);
}

class QueuesOfImages implements Sync {
  readonly #deps: SyncDeps;
  readonly #queues = new Map<string, OpenQueue>();
  readonly #endings: readonly (() => void)[];

  constructor(deps: SyncDeps) {
    this.#deps = deps;
    this.#endings = [
      deps.events.listen((event) => {
        if (event.type === 'hello') this.resync();
        if (event.type !== 'entries') return;
        this.#queues.get(nameOf(event))?.queue.receive(event.entries);
      }),
      deps.events.watch((state) => {
        if (state === 'connected') this.resync();
      }),
    ];
  }

  open(datasetId: string, imageId: string): EntryQueue {
    const open = this.#opened({ datasetId, imageId });
    open.users++;
    let released = false;
    return leased(open.queue, () => {
      if (!released) open.users--;
      released = true;
      this.#endIfDone({ datasetId, imageId });
    });
  }

  async resume(): Promise<void> {
    for (const image of await this.#deps.store.images()) {
      this.#opened(image);
      this.#endIfDone(image);
    }
  }

  resync(): void {
    for (const { queue } of this.#queues.values()) queue.resync();
  }

  unsent(): number {
    let count = 0;
    for (const { queue } of this.#queues.values()) count += queue.state.unsent;
    return count;
  }

  async stop(): Promise<void> {
    for (const end of this.#endings) end();
    await Promise.all([...this.#queues.values()].map(({ queue }) => queue.stop()));
    this.#queues.clear();
  }

  #opened(image: ImageKey): OpenQueue {
    const known = this.#queues.get(nameOf(image));
    if (known !== undefined) return known;
    const { client, store, clock } = this.#deps;
    const { datasetId, imageId } = image;
    const open = { queue: createEntryQueue({ client, store, clock, datasetId, imageId }), users: 0 };
    this.#queues.set(nameOf(image), open);
    open.queue.subscribe(() => this.#endIfDone(image));
    open.queue.watch((report) => {
      if (open.users === 0) this.#deps.onReport(image, report);
    });
    return open;
  }

  #endIfDone(image: ImageKey): void {
    const open = this.#queues.get(nameOf(image));
    if (open === undefined || open.users > 0) return;
    const { loaded, unsent } = open.queue.state;
    if (!loaded || unsent > 0) return;
    this.#queues.delete(nameOf(image));
    void open.queue.stop();
  }
}

function nameOf({ datasetId, imageId }: ImageKey): string {
  return `${datasetId}/${imageId}`;
}

function leased(queue: EntryQueue, release: () => void): EntryQueue {
  return {
    get state() {
      return queue.state;
    },
    subscribe: (listener) => queue.subscribe(listener),
    watch: (listener) => queue.watch(listener),
    append: (entry) => queue.append(entry),
    keepMask: (rle) => queue.keepMask(rle),
    readMask: (maskId, options) => queue.readMask(maskId, options),
    maskWritten: (maskId) => queue.maskWritten(maskId),
    receive: (entries) => queue.receive(entries),
    resync: () => queue.resync(),
    kept: () => queue.kept(),
    stop: async () => {
      release();
      await queue.kept();
    },
  };
}
