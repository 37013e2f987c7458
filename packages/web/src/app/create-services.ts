import type { WireImage } from '@calque/api';
import type { i18n } from 'i18next';
import { createEditor } from '../editor/create-editor.ts';
import type { Editor } from '../editor/editor.ts';
import { systemClock } from '../sync/clock.ts';
import { createSync, type Sync } from '../sync/sync.ts';
import type { Backend } from './backend.ts';
import { chosenModel } from './model-choice.ts';
import { NewestLists } from './newest-lists.ts';
import { pageId } from './page-id.ts';
import { createPreferences, type PreferencesStore } from './preferences.ts';
import type { Services } from './services.tsx';

/** Puts the page together. `translation` names new objects in the person's language. */
export function createServices(backend: Backend, translation: () => i18n): Services {
  const { client, events, store } = backend;
  const preferences = createPreferences(client, window.localStorage);
  const sync = createSync({ client, store, clock: systemClock, events, onReport: () => undefined });
  // Work that an earlier page could not send goes out as soon as there is a server.
  sync.resume().catch(() => undefined);
  window.addEventListener('online', () => sync.resync());
  window.addEventListener('beforeunload', (event) => {
    if (sync.unsent() > 0) event.preventDefault();
  });
  const lists = new NewestLists(client, events);
  return {
    client,
    events,
    preferences,
    openEditor: (image) => openEditor({ backend, lists, preferences, sync, translation }, image),
  };
}

interface Parts {
  readonly backend: Backend;
  readonly lists: NewestLists;
  readonly preferences: PreferencesStore;
  readonly sync: Sync;
  readonly translation: () => i18n;
}

const page = `page-${pageId}`;

async function openEditor(
  { backend, lists, preferences, sync, translation }: Parts,
  listed: WireImage,
): Promise<Editor> {
  const { client, events, masks } = backend;
  masks.prepare();
  const { model: wanted, decodeIn, hoverPreview, maskOpacity } = preferences.store.getState();
  const [image, models, session, labels] = await Promise.all([
    lookedAt(backend, listed),
    lists.models(),
    client.call('readSession', {}),
    lists.labels(listed.datasetId),
  ]);
  const model = chosenModel(models, wanted)?.id ?? 'sam2-hiera-tiny';
  const decoders = backend.decodersFor(image, { wanted: decodeIn, model });
  const editor = createEditor({
    datasetId: image.datasetId,
    image,
    labels,
    models,
    model,
    client,
    decoders: decoders.source,
    masks,
    queue: sync.open(image.datasetId, image.id),
    events,
    clock: systemClock,
    newId: () => crypto.randomUUID(),
    page,
    nameOf: (ordinal) => translation().t('objects.unnamed', { place: ordinal }),
    mayEdit: session.role !== 'viewer',
    settings: { tool: 'box', hoverPreview, maskOpacity },
  });
  const { close } = editor;
  editor.close = async () => {
    await close.call(editor);
    decoders.close();
  };
  return editor;
}

/** A list can name an image that nobody has looked at yet: its size is needed before anything can be drawn on it. */
async function lookedAt({ client }: Backend, listed: WireImage): Promise<WireImage> {
  if (listed.size !== null && listed.sha256 !== null) return listed;
  const params = { datasetId: listed.datasetId, imageId: listed.id };
  return client.call('readImage', { params });
}
