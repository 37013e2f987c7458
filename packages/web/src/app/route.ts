import { useSyncExternalStore } from 'react';

/** What the address names. Every view can be bookmarked, opened in another tab and reached by the browser's back. */
export type Place =
  | { readonly page: 'start' }
  | { readonly page: 'dataset'; readonly datasetId: string }
  | { readonly page: 'table'; readonly datasetId: string }
  | { readonly page: 'image'; readonly datasetId: string; readonly imageId: string };

export function placeOf(path: string): Place {
  const [d, datasetId, i, imageId] = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  if (d !== 'd' || datasetId === undefined) return { page: 'start' };
  if (i === 'table') return { page: 'table', datasetId };
  if (i !== 'i' || imageId === undefined) return { page: 'dataset', datasetId };
  return { page: 'image', datasetId, imageId };
}

export function pathOf(place: Place): string {
  if (place.page === 'start') return '/';
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

/** `replace` leaves no step to go back to. */
export function goTo(place: Place, how: 'push' | 'replace' = 'push'): void {
  const path = pathOf(place) + window.location.search;
  if (path === window.location.pathname + window.location.search) return;
  if (how === 'push') window.history.pushState(null, '', path);
  else window.history.replaceState(null, '', path);
  window.dispatchEvent(new Event(changed));
}

export function usePlace(): Place {
  const path = useSyncExternalStore(subscribe, () => window.location.pathname);
  return placeOf(path);
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener);
  window.addEventListener(changed, listener);
  return () => {
    window.removeEventListener('popstate', listener);
    window.removeEventListener(changed, listener);
  };
}
