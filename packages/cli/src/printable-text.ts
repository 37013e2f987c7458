/**
 * A text from outside as one line of a terminal: control characters (C0, DEL, C1), line separators and marks that turn
 * the direction of writing are shown by their numbers and have no effect. File names may hold any of them.
 */
export function printableText(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => SHORT[character] ?? numbered(character));
}

/** A text of Calque's own with line ends, as {@link printableText} shows each line. */
export function printableLines(text: string): string {
  return text.split('\n').map(printableText).join('\n');
}

const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function numbered(character: string): string {
  const digits = character.charCodeAt(0).toString(16);
  return digits.length <= 2 ? `\\x${digits.padStart(2, '0')}` : `\\u${digits.padStart(4, '0')}`;
}
