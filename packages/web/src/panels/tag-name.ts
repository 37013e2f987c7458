import type { Text } from '../i18n/use-text.ts';

const KNOWN = ['simple', 'crowded', 'hard', 'representative'] as const;

/** A tag as people read it: those that Calque suggests are translated, the others are theirs. */
export function tagName(text: Text, tag: string): string {
  const known = KNOWN.find((name) => name === tag);
  return known === undefined ? tag : text(`tag.${known}`);
}
