const DIGITS = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = 0x3d;

/** As `btoa` of the bytes, without a string of a sign a byte in between: logits come with every click. */
export function base64OfBytes(bytes: Uint8Array): string {
  const text = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(PADDING);
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const left = bytes.length - from;
    const word =
      ((bytes[from] as number) << 16) |
      (left > 1 ? (bytes[from + 1] as number) << 8 : 0) |
      (left > 2 ? (bytes[from + 2] as number) : 0);
    text[to] = DIGITS[word >>> 18] as number;
    text[to + 1] = DIGITS[(word >>> 12) & 63] as number;
    if (left > 1) text[to + 2] = DIGITS[(word >>> 6) & 63] as number;
    if (left > 2) text[to + 3] = DIGITS[word & 63] as number;
  }
  return new TextDecoder().decode(text);
}

/** Newer than the types of the language say: most browsers have it, Node 20 does not. */
const { fromBase64 } = Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };

/** The bytes that the text stands for; the caller's own. */
export function bytesOfBase64(text: string): Uint8Array<ArrayBuffer> {
  if (fromBase64 !== undefined) return fromBase64.call(Uint8Array, text);
  const decoded = atob(text);
  const bytes = new Uint8Array(decoded.length);
  for (let i = 0; i < decoded.length; i++) bytes[i] = decoded.charCodeAt(i);
  return bytes;
}
