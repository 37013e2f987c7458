import type { Entry } from '@calque/core';
import type { Clock } from '../../sync/clock.ts';
import type { QueueReport } from '../../sync/entry-queue.ts';
import type { QueueStore } from '../../sync/queue-store.ts';
import { createSync, type Sync } from '../../sync/sync.ts';
import { createEditor } from '../create-editor.ts';
import type { Editor } from '../editor.ts';
import type { AnnotationView } from '../editor-state.ts';
import { FakeMaskMaker } from './fake-mask-maker.ts';
import { type FakeConnection, type FakeServer, fakeImage, fakeLabels } from './fake-server.ts';

/** A page with the image open. */
export interface Page {
  readonly name: string;
  readonly editor: Editor;
  readonly sync: Sync;
  readonly connection: FakeConnection;
  readonly masks: FakeMaskMaker;
  /** Every entry that the page made, in order. */
  readonly made: readonly Entry[];
  readonly reports: readonly QueueReport[];
  /** As the browser ends it: nothing is told, what is not kept is gone. */
  kill(): void;
  /** The view of the selected annotation. */
  selected(): AnnotationView;
  errors(): readonly string[];
}

export interface PageOptions {
  readonly name: string;
  readonly store: QueueStore;
  /** Leaves what earlier pages did not send where it is until the image is opened. */
  readonly model?: string;
  readonly mayEdit?: boolean;
}

export function openPage(
  server: FakeServer,
  { name, store, model = 'tiny', mayEdit = true }: PageOptions,
): Page {
  const connection = server.connect();
  const clock = clockOfPage(server.clock, connection);
  const masks = new FakeMaskMaker(server.clock);
  const ownStore = storeOfPage(store, connection);
  const sync = createSync({
    client: connection,
    store: ownStore,
    clock,
    events: connection,
    onReport: () => {},
  });
  const queue = sync.open('dataset-1', 'image-1');
  const made: Entry[] = [];
  const reports: QueueReport[] = [];
  queue.watch((report) => reports.push(report));
  const append = queue.append;
  queue.append = (entry) => {
    append(entry);
    if (!connection.dead) made.push(entry);
  };
  let count = 0;
  const editor = createEditor({
    datasetId: 'dataset-1',
    image: fakeImage,
    mayEdit,
    labels: fakeLabels,
    model,
    client: connection,
    decoders: connection,
    masks,
    queue,
    events: connection,
    clock,
    newId: () => `${name}-${++count}`,
    page: name,
    nameOf: (ordinal) => `Object ${ordinal}`,
  });
  return {
    name,
    editor,
    sync,
    connection,
    masks,
    made,
    reports,
    kill: () => {
      connection.dead = true;
      server.disconnect(connection);
    },
    selected: () => selectedView(editor),
    errors: () => editor.store.getState().notices.flatMap(({ text }) => ('code' in text ? [text.code] : [])),
  };
}

/** Timers end with the page. */
function clockOfPage(clock: Clock, connection: FakeConnection): Clock {
  return {
    now: () => clock.now(),
    after: (delayMs, run) => clock.after(delayMs, () => (connection.dead ? undefined : run())),
  };
}

/** A page that was killed writes nothing any more. */
function storeOfPage(store: QueueStore, connection: FakeConnection): QueueStore {
  const alive = <T>(work: () => Promise<T>): Promise<T> =>
    connection.dead ? new Promise<T>(() => {}) : work();
  return {
    images: () => alive(() => store.images()),
    load: (image) => alive(() => store.load(image)),
    keep: (image, work) => alive(() => store.keep(image, work)),
    drop: (image, ids) => alive(() => store.drop(image, ids)),
  };
}

function selectedView(editor: Editor): AnnotationView {
  const { views, selectedId } = editor.store.getState();
  const view = views.find(({ annotation }) => annotation.id === selectedId);
  if (view === undefined) throw new Error('nothing is selected');
  return view;
}
