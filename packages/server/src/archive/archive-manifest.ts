import type { ArchiveKind } from './archive-kind.ts';

/** What is in an archive, as the JSON file that its kind names. */
export interface ArchiveManifest {
  readonly version: number;
  /** Of the dataset. */
  readonly name: string;
  readonly createdAt: string;
  readonly software: { readonly name: string; readonly version: string };
  readonly files: readonly ArchivedFile[];
}

export interface ArchivedFile {
  /** In the zip. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly modifiedMs: number;
}

/** Throws what the kind says of an invalid archive. */
export function parseManifest(text: string, kind: ArchiveKind): ArchiveManifest {
  const { manifestName, version, invalid } = kind;
  const value = parsed(text, kind);
  if (value?.version !== version) {
    throw invalid(manifestName, `it has version ${String(value?.version)}, and this Calque reads ${version}`);
  }
  const { files, name, createdAt, software } = value;
  if (!Array.isArray(files) || typeof name !== 'string') throw invalid(manifestName, 'it lists no files');
  if (typeof createdAt !== 'string' || typeof software?.version !== 'string')
    throw invalid(manifestName, 'it does not say when and by what it was made');
  const seen = new Set<string>();
  for (const file of files as Partial<ArchivedFile>[]) {
    if (!isFile(file)) throw invalid(manifestName, 'an entry lacks path, size, time or hash');
    checkPath(file.path, kind);
    if (seen.has(file.path)) throw invalid(file.path, 'it is listed twice');
    seen.add(file.path);
  }
  return value as ArchiveManifest;
}

function parsed(text: string, { manifestName, invalid }: ArchiveKind): Partial<ArchiveManifest> | null {
  try {
    return JSON.parse(text) as Partial<ArchiveManifest> | null;
  } catch (cause) {
    throw invalid(manifestName, cause instanceof Error ? cause.message : String(cause));
  }
}

function isFile(file: Partial<ArchivedFile> | null): file is ArchivedFile {
  const { path, sizeBytes, sha256, modifiedMs } = file ?? {};
  const isSize = Number.isSafeInteger(sizeBytes) && (sizeBytes as number) >= 0;
  return (
    typeof path === 'string' && isSize && /^[0-9a-f]{64}$/.test(String(sha256)) && Number.isFinite(modifiedMs)
  );
}

/** A name that leads out of the folder, or that another system reads in another way, is no name in an archive. */
function checkPath(path: string, { tops, invalid }: ArchiveKind): void {
  const [top = '', ...rest] = path.split('/');
  const isBelow = tops.includes(top) && rest.length > 0 && !(top === 'images' && rest[0] === '.calque');
  const isPlain = rest.every((part) => part !== '' && part !== '.' && part !== '..');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!isBelow || !isPlain || /[\\\u0000-\u001f]|^[A-Za-z]:/.test(path)) {
    throw invalid(path, `its path leads elsewhere than to ${tops.map((name) => `${name}/`).join(' or ')}`);
  }
}
