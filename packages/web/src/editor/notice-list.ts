import type { Notice } from './editor-state.ts';

const MOST_NOTICES = 20;

/** The notices with one more. What says the same as an older one takes its place. */
export function withNotice(notices: readonly Notice[], notice: Notice): readonly Notice[] {
  const others = notices.filter((other) => sayingOf(other) !== sayingOf(notice));
  return [...others, notice].slice(-MOST_NOTICES);
}

function sayingOf({ text }: Notice): string {
  return 'key' in text ? JSON.stringify([text.key, text.values]) : JSON.stringify([text.code, text.message]);
}
