import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  type AuthorPlace,
  authorRegionsOf,
  authorTextsOf,
  completeAuthorFile,
  type Language,
  parseAuthorFile,
  takeOverRegions,
} from '@calque/report';

export interface AuthorStoreOptions {
  /** Folder of what Calque keeps beside the images. */
  readonly stateFolder: string;
  /** Of the template; letters, digits and hyphens. */
  readonly templateName: string;
  readonly language: Language;
}

export interface KeptTexts {
  readonly texts: ReadonlyMap<string, string>;
  /** Absolute: where the author writes. */
  readonly path: string;
  /** Places that were changed in the file and in the report: both versions are kept. */
  readonly doubled: readonly string[];
}

/** The one place of the author's paragraphs: it moves with the images, and all formats are made from it. */
export function authorPath({ stateFolder, templateName, language }: AuthorStoreOptions): string {
  return join(stateFolder, 'report', `${templateName}.${language}.md`);
}

/**
 * The author's paragraphs, with those that were written into the Markdown report that is about to be replaced. The file is
 * made, and gets a place for each that the template asks for; nothing in it is ever removed.
 *
 * @param earlier the Markdown report as it stands; null where there is none.
 */
export async function keepAuthorTexts(
  options: AuthorStoreOptions,
  places: readonly AuthorPlace[],
  earlier: string | null,
): Promise<KeptTexts> {
  const path = authorPath(options);
  const source = await readIfThere(path);
  const file = parseAuthorFile(source ?? '');
  const { texts, doubled } = takeOverRegions(
    authorTextsOf(file),
    earlier === null ? [] : authorRegionsOf(earlier),
  );
  const complete = completeAuthorFile(file, places, texts);
  if (complete !== source) await replaceFile(path, complete);
  return { texts, path, doubled };
}

export async function readIfThere(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
}

/** Whole or not at all. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.${process.pid}.tmp`;
  await writeFile(aside, content);
  await rename(aside, path);
}
