import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { BUILT_IN_TEMPLATES, type BuiltInTemplate, builtInTemplate } from '@calque/report';
import { templateUnreadable } from '../errors.ts';

export interface ReadTemplate {
  /** Names the author's file: letters, digits and hyphens. */
  readonly name: string;
  readonly source: string;
  /** As it was given, for errors. */
  readonly file: string;
}

/** More than any report needs. */
const MOST_BYTES = 1024 * 1024;

/** A template that comes with Calque, by its name, or else a file. Rejects with `template-unreadable`. */
export async function readTemplate(
  cwd: string,
  nameOrFile: string,
  language: 'en' | 'fr',
): Promise<ReadTemplate> {
  if (isBuiltIn(nameOrFile)) {
    return { name: nameOrFile, source: builtInTemplate(nameOrFile, language), file: nameOrFile };
  }
  const bytes = await readFile(path.resolve(cwd, nameOrFile)).catch((error: NodeJS.ErrnoException) => {
    throw templateUnreadable(nameOrFile, error.code ?? error.message);
  });
  if (bytes.length > MOST_BYTES) throw templateUnreadable(nameOrFile, 'it has more than 1 MiB');
  return { name: fileStem(nameOrFile), source: bytes.toString('utf8'), file: nameOrFile };
}

function isBuiltIn(name: string): name is BuiltInTemplate {
  return (BUILT_IN_TEMPLATES as readonly string[]).includes(name);
}

function fileStem(file: string): string {
  const stem = path
    .basename(file, path.extname(file))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return stem === '' ? 'own' : `own-${stem}`;
}
