import type { CalqueError } from '@calque/core';

/** What tells one kind of archive from another: both are a zip with a list of its files and their hashes in it. */
export interface ArchiveKind {
  /** Name of the list in the zip. */
  readonly manifestName: string;
  /** Of the layout. */
  readonly version: number;
  /** Folders at the top that files may lie in. */
  readonly tops: readonly string[];
  /** @param place a file in the archive. */
  readonly invalid: (place: string, reason: string) => CalqueError;
}
