/** Words of an author as a Markdown report shows them, between two comments that name the place. */
export interface AuthorRegion {
  readonly name: string;
  /** As it stands now. */
  readonly text: string;
  /** The author changed it since the report was made. */
  readonly edited: boolean;
  /** Of the words that the report was made with: see {@link fingerprint}. */
  readonly sourcePrint: string;
}

/**
 * A region of a Markdown report.
 *
 * @param shown what stands in it: the author's words, or what is asked for.
 * @param source the author's words; empty where there are none.
 */
export function authorRegion(name: string, shown: string, source: string): string {
  const text = shown.trim().replaceAll('<!-- /author', '<!-- / author');
  const marks = `${fingerprint(text)} ${fingerprint(source)}`;
  return `<!-- author: ${name} ${marks} -->\n\n${text}\n\n<!-- /author: ${name} -->`;
}

const REGION =
  /^<!-- author: ([a-z0-9-]+) ([0-9a-f]{8}) ([0-9a-f]{8}) -->\n([\s\S]*?)^<!-- \/author: \1 -->$/gm;

/** The regions of a Markdown report, so that what was written into it is not lost when it is made again. */
export function authorRegionsOf(markdown: string): AuthorRegion[] {
  return [...markdown.replaceAll('\r\n', '\n').matchAll(REGION)].map((match) => {
    const [, name = '', shownPrint = '', sourcePrint = '', content = ''] = match;
    const text = content.trim();
    const edited = fingerprint(text) !== shownPrint;
    return { name, text: edited ? withoutHint(text, shownPrint) : text, edited, sourcePrint };
  });
}

/** The line that says what is asked for may stand above what was written. */
function withoutHint(text: string, shownPrint: string): string {
  const [first = '', ...others] = text.split('\n\n');
  return fingerprint(first.trim()) === shownPrint ? others.join('\n\n').trim() : text;
}

export interface TakenOver {
  readonly texts: ReadonlyMap<string, string>;
  /** Names of those that were changed in both places: both versions are kept, one below the other. */
  readonly doubled: readonly string[];
}

/**
 * The author's texts with what was written into a report since it was made. What was changed in one place wins over what was
 * not; where both were changed, both are kept.
 */
export function takeOverRegions(
  texts: ReadonlyMap<string, string>,
  regions: readonly AuthorRegion[],
): TakenOver {
  const merged = new Map(texts);
  const doubled: string[] = [];
  for (const { name, text, edited, sourcePrint } of regions) {
    const kept = (texts.get(name) ?? '').trim();
    if (!edited || text === kept) continue;
    const isUnchanged = fingerprint(kept) === sourcePrint;
    if (!isUnchanged && kept !== '' && text !== '') doubled.push(name);
    merged.set(name, isUnchanged || kept === '' ? text : text === '' ? kept : `${kept}\n\n${text}`);
  }
  return { texts: merged, doubled };
}

/** FNV-1a of the characters, 32 bits, as eight hexadecimal digits: tells whether a text is the same. */
export function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0');
}
