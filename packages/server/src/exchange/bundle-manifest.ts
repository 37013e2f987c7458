import { bundleInvalid } from '../errors.ts';

export const BUNDLE_MANIFEST = 'calque-bundle.json';
export const BUNDLE_VERSION = 1;

/** What is in a bundle: a zip with this as `calque-bundle.json`, the images below `images/`, the state below `state/`. */
export interface BundleManifest {
  readonly version: number;
  /** Of the dataset. */
  readonly name: string;
  readonly createdAt: string;
  readonly software: { readonly name: string; readonly version: string };
  readonly files: readonly BundledFile[];
}

export interface BundledFile {
  /** In the zip. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly modifiedMs: number;
}

/** Throws `bundle-invalid`. */
export function parseManifest(text: string): BundleManifest {
  let value: Partial<BundleManifest> | null;
  try {
    value = JSON.parse(text) as Partial<BundleManifest> | null;
  } catch (cause) {
    throw bundleInvalid(BUNDLE_MANIFEST, cause instanceof Error ? cause.message : String(cause));
  }
  if (value?.version !== BUNDLE_VERSION) {
    throw bundleInvalid(
      BUNDLE_MANIFEST,
      `it has version ${String(value?.version)}, and this Calque reads ${BUNDLE_VERSION}`,
    );
  }
  const { files, name } = value;
  if (!Array.isArray(files) || typeof name !== 'string')
    throw bundleInvalid(BUNDLE_MANIFEST, 'it lists no files');
  const seen = new Set<string>();
  for (const file of files as Partial<BundledFile>[]) {
    if (!isFile(file)) throw bundleInvalid(BUNDLE_MANIFEST, 'an entry lacks path, size, time or hash');
    checkPath(file.path);
    if (seen.has(file.path)) throw bundleInvalid(file.path, 'it is listed twice');
    seen.add(file.path);
  }
  return value as BundleManifest;
}

function isFile(file: Partial<BundledFile> | null): file is BundledFile {
  const { path, sizeBytes, sha256, modifiedMs } = file ?? {};
  const isSize = Number.isSafeInteger(sizeBytes) && (sizeBytes as number) >= 0;
  return (
    typeof path === 'string' && isSize && /^[0-9a-f]{64}$/.test(String(sha256)) && Number.isFinite(modifiedMs)
  );
}

/** A name that leads out of the folder, or that another system reads in another way, is no name of a bundle. */
function checkPath(path: string): void {
  const [top, ...rest] = path.split('/');
  const isBelow = (top === 'state' || (top === 'images' && rest[0] !== '.calque')) && rest.length > 0;
  const isPlain = rest.every((part) => part !== '' && part !== '.' && part !== '..');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (!isBelow || !isPlain || /[\\\u0000-\u001f]|^[A-Za-z]:/.test(path)) {
    throw bundleInvalid(path, 'its path leads elsewhere than to images/ or state/');
  }
}
