/** The known id nearest to a mistyped or shortened one, when it is near enough to be meant. */
export function nearestId(id: string, known: readonly string[]): string | undefined {
  const limit = Math.max(2, Math.floor(id.length / 2));
  let nearest: string | undefined;
  let least = limit + 1;
  for (const candidate of known) {
    const typed = id.toLowerCase();
    const distance = isShortened(typed, candidate) ? 1 : editDistance(typed, candidate);
    if (distance < least) [least, nearest] = [distance, candidate];
  }
  return nearest;
}

/** Whether a text, not a mere letter or two, is left when letters of the other are taken away. */
function isShortened(text: string, whole: string): boolean {
  let found = 0;
  for (const letter of whole) if (letter === text[found]) found++;
  return text.length >= 3 && found === text.length;
}

/** Levenshtein's distance: insertions, deletions and replacements of one character. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
