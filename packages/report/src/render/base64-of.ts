/** RFC 4648, with padding. Runs anywhere; pieces keep `String.fromCharCode` within its limits. */
export function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += PIECE) {
    let piece = '';
    for (const byte of bytes.subarray(at, at + PIECE)) piece += String.fromCharCode(byte);
    text += btoa(piece);
  }
  return text;
}

/** A multiple of 3, so that only the last piece is padded. */
const PIECE = 24_576;
