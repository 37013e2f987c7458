/** SQLite's result codes, of which the low byte is the kind: https://www.sqlite.org/rescode.html */
export const SQLITE = {
  busy: 5,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} satisfies Readonly<Record<string, number>>;

const SAYINGS: readonly (readonly [RegExp, number])[] = [
  [/database is locked/, SQLITE.busy],
  [/readonly database/, SQLITE.readOnly],
  [/disk I\/O error/, SQLITE.inputOutput],
  [/malformed/, SQLITE.corrupt],
  [/database or disk is full/, SQLITE.full],
  [/unable to open database file/, SQLITE.cannotOpen],
  [/not a database/, SQLITE.notADatabase],
];

/** Null for an error that is not SQLite's. The number where the library gives it, else what the message says. */
export function resultCodeOf(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  for (const name of ['errcode', 'sqliteCode', 'sqliteExtendedCode']) {
    const code = (error as unknown as Record<string, unknown>)[name];
    if (typeof code === 'number') return code & 0xff;
  }
  return SAYINGS.find(([saying]) => saying.test(error.message))?.[1] ?? null;
}
