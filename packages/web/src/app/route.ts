import { useSyncExternalStore } from 'react';
import { basePath } from './base-path.ts';

/** What the address names. Every view can be bookmarked, opened in another tab and reached by the browser's back. */
export type Place =
  | { readonly page: 'start' }
  | { readonly page: 'monitoring' }
  | { readonly page: 'dataset'; readonly datasetId: string }
  | { readonly page: 'table'; readonly datasetId: string }
  | { readonly page: 'image'; readonly datasetId: string; readonly imageId: string };

/** @param path without the base path. */
export function placeOf(path: string): Place {
  const [d, datasetId, i, imageId] = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  if (d === 'monitoring' && datasetId === undefined) return { page: 'monitoring' };
  if (d !== 'd' || datasetId === undefined) return { page: 'start' };
  if (i === 'table') return { page: 'table', datasetId };
  if (i !== 'i' || imageId === undefined) return { page: 'dataset', datasetId };
  return { page: 'image', datasetId, imageId };
}

/** Without the base path; `hrefOf` has it. */
export function pathOf(place: Place): string {
  if (place.page === 'start') return '/';
  if (place.page === 'monitoring') return '/monitoring';
  const dataset = `/d/${encodeURIComponent(place.datasetId)}`;
  if (place.page === 'table') return `${dataset}/table`;
  return place.page === 'dataset' ? dataset : `${dataset}/i/${encodeURIComponent(place.imageId)}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // A stray % is part of no id that Calque makes: it names nothing, which the page then says.
    return part;
  }
}

const changed = 'calque:place';

/** The address of a place on this server, for links. */
export function hrefOf(place: Place): string {
  return basePath() + pathOf(place);
}

/** `replace` leaves no step to go back to. */
export function goTo(place: Place, how: 'push' | 'replace' = 'push'): void {
  const path = hrefOf(place) + window.location.search;
  if (path === window.location.pathname + window.location.search) return;
  if (how === 'push') window.history.pushState(null, '', path);
  else window.history.replaceState(null, '', path);
  window.dispatchEvent(new Event(changed));
}

export function usePlace(): Place {
  const path = useSyncExternalStore(subscribe, () => window.location.pathname);
  return placeOf(path.startsWith(basePath()) ? path.slice(basePath().length) : path);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(changed, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(changed, listener);
  };
}
