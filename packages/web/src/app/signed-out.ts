const signedOut = 'calque:signed-out';

/** As `fetch`; the page hears of it when the server no longer knows it, whatever was asked: a session may be over. */
export const fetchSayingSignedOut: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  if (response.status === 401) window.dispatchEvent(new Event(signedOut));
  return response;
};

/** Returns what ends it. */
export function whenSignedOut(listener: () => void): () => void {
  window.addEventListener(signedOut, listener);
  return () => window.removeEventListener(signedOut, listener);
}
