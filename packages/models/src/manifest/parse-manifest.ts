import type { Size } from '@calque/core';
import { manifestInvalid } from '../errors.ts';
import type {
  ImportFacts,
  InputSpec,
  ModelFile,
  ModelLicence,
  ModelManifest,
  ModelSource,
} from './manifest.ts';

/**
 * Checks data from outside (a file, a user) and copies what a manifest is made of; unknown fields are left out.
 * Throws `manifest-invalid`, which names the field, what it holds and what was expected.
 */
export function parseManifest(data: unknown): ModelManifest {
  const at = record(data, 'manifest');
  const manifest: ModelManifest = {
    id: text(at['id'], 'id', /^[a-z0-9][a-z0-9.-]*$/, 'lower-case letters, digits, dots and dashes'),
    family: oneOf(at['family'], 'family', ['sam1', 'sam2']),
    ...(at['interface'] === undefined ? {} : { interface: oneOf(at['interface'], 'interface', interfaces) }),
    variant: text(at['variant'], 'variant'),
    description: text(at['description'], 'description'),
    licence: parseLicence(at['licence']),
    encoder: parseFile(at['encoder'], 'encoder'),
    decoder: parseFile(at['decoder'], 'decoder'),
    input: parseInput(at['input']),
    ...(at['imported'] === undefined ? {} : { imported: parseImport(at['imported']) }),
    sources: (at['imported'] === undefined ? list(at['sources'], 'sources') : []).map((source, index) =>
      parseSource(source, `sources[${index}]`),
    ),
  };
  if (manifest.encoder.name === manifest.decoder.name) {
    throw manifestInvalid('decoder.name', manifest.decoder.name, "another name than the encoder's");
  }
  checkSourcesHoldFiles(manifest);
  return manifest;
}

/** The names of a model's files as its sources hold them. */
export function sourceFileNames(manifest: ModelManifest): readonly string[] {
  return [manifest.encoder, manifest.decoder].map((file) => file.derivedFrom?.name ?? file.name);
}

const interfaces = ['published', 'calque', 'transformers'] as const;

function parseImport(data: unknown): ImportFacts {
  const at = record(data, 'imported');
  return {
    files: list(at['files'], 'imported.files').map((file, index) => {
      const path = `imported.files[${index}]`;
      return parseContents(record(file, path), path, text(record(file, path)['name'], `${path}.name`));
    }),
    precision: oneOf(at['precision'], 'imported.precision', ['fp32', 'fp16', 'int8', 'as-is']),
  };
}

function checkSourcesHoldFiles(manifest: ModelManifest): void {
  manifest.sources.forEach((source, index) => {
    const held = source.kind === 'npm' ? source.paths : source.urls;
    const field = source.kind === 'npm' ? 'paths' : 'urls';
    for (const name of sourceFileNames(manifest)) {
      if (held[name] === undefined) {
        throw manifestInvalid(
          `sources[${index}].${field}[${JSON.stringify(name)}]`,
          undefined,
          'where this file is',
        );
      }
    }
  });
}

function parseLicence(data: unknown): ModelLicence {
  const at = record(data, 'licence');
  return {
    spdx: text(at['spdx'], 'licence.spdx'),
    origin: text(at['origin'], 'licence.origin'),
    ...(at['note'] === undefined ? {} : { note: text(at['note'], 'licence.note') }),
  };
}

function parseFile(data: unknown, path: string): ModelFile {
  const at = record(data, path);
  const derived = at['derivedFrom'];
  return {
    ...parseIdentity(at, path),
    ...(derived === undefined ? {} : { derivedFrom: parseDerivation(derived, `${path}.derivedFrom`) }),
    ...(at['names'] === undefined
      ? {}
      : { names: textMap(at['names'], `${path}.names`, /\S/, 'the name of an input or output') }),
    ...(at['weights'] === undefined
      ? {}
      : { weights: parseIdentity(record(at['weights'], `${path}.weights`), `${path}.weights`) }),
  };
}

function parseDerivation(data: unknown, path: string): NonNullable<ModelFile['derivedFrom']> {
  const at = record(data, path);
  return {
    ...parseIdentity(at, path),
    transform: oneOf(at['transform'], `${path}.transform`, ['expose-sam1-candidates']),
  };
}

function parseIdentity(at: Fields, path: string): { name: string; sizeBytes: number; sha256: string } {
  const name = text(
    at['name'],
    `${path}.name`,
    /^(?!manifest\.json$|LICENCE\.txt$)[A-Za-z0-9_][A-Za-z0-9._-]*$/,
    'a plain file name',
  );
  return parseContents(at, path, name);
}

function parseContents(
  at: Fields,
  path: string,
  name: string,
): { name: string; sizeBytes: number; sha256: string } {
  return {
    name,
    sizeBytes: count(at['sizeBytes'], `${path}.sizeBytes`),
    sha256: text(at['sha256'], `${path}.sha256`, /^[0-9a-f]{64}$/, '64 lower-case hexadecimal digits'),
  };
}

function parseInput(data: unknown): InputSpec {
  const at = record(data, 'input');
  return {
    size: parseSize(at['size'], 'input.size'),
    fit: oneOf(at['fit'], 'input.fit', ['pad', 'squash']),
    scale: number(at['scale'], 'input.scale', (value) => value > 0, 'a number above 0'),
    mean: triple(at['mean'], 'input.mean', () => true, 'a number'),
    std: triple(at['std'], 'input.std', (value) => value > 0, 'a number above 0'),
    channelOrder: oneOf(at['channelOrder'], 'input.channelOrder', ['rgb', 'bgr']),
    logits: parseSize(at['logits'], 'input.logits'),
  };
}

function parseSource(data: unknown, path: string): ModelSource {
  const at = record(data, path);
  const kind = oneOf(at['kind'], `${path}.kind`, ['npm', 'https']);
  if (kind === 'https') {
    return {
      kind,
      urls: textMap(
        at['urls'],
        `${path}.urls`,
        webAddress,
        'an https:// address (http:// on this machine only)',
      ),
    };
  }
  return {
    kind,
    package: text(
      at['package'],
      `${path}.package`,
      /^(@[a-z0-9-~][a-z0-9-._~]*\/)?[a-z0-9-~][a-z0-9-._~]*$/,
      'the name of an npm package',
    ),
    version: text(at['version'], `${path}.version`, /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/, 'an exact version'),
    paths: textMap(at['paths'], `${path}.paths`, /^(?!\/)(?!.*\.\.)[^\\]+$/, 'a path inside the package'),
  };
}

/** Hashes are pinned, so plain http would be safe, but it tells everybody on the way what is fetched. */
const webAddress = /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])[:/])\S+$/;

function parseSize(data: unknown, path: string): Size {
  const at = record(data, path);
  return { width: count(at['width'], `${path}.width`), height: count(at['height'], `${path}.height`) };
}

type Fields = Readonly<Record<string, unknown>>;

function record(data: unknown, path: string): Fields {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw manifestInvalid(path, data, 'an object');
  return data as Fields;
}

function list(data: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(data) || data.length === 0)
    throw manifestInvalid(path, data, 'a list that is not empty');
  return data;
}

function text(data: unknown, path: string, pattern = /\S/, expected = 'a text that is not empty'): string {
  if (typeof data !== 'string' || !pattern.test(data)) throw manifestInvalid(path, data, expected);
  return data;
}

function oneOf<const T extends string>(data: unknown, path: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === data);
  if (found === undefined) throw manifestInvalid(path, data, `one of ${allowed.join(', ')}`);
  return found;
}

function number(data: unknown, path: string, accepts: (value: number) => boolean, expected: string): number {
  if (typeof data !== 'number' || !Number.isFinite(data) || !accepts(data))
    throw manifestInvalid(path, data, expected);
  return data;
}

function count(data: unknown, path: string): number {
  return number(data, path, (value) => Number.isSafeInteger(value) && value > 0, 'a whole number above 0');
}

function triple(
  data: unknown,
  path: string,
  accepts: (value: number) => boolean,
  expected: string,
): [number, number, number] {
  if (!Array.isArray(data) || data.length !== 3) throw manifestInvalid(path, data, 'three numbers');
  const [first, second, third] = data.map((value, index) =>
    number(value, `${path}[${index}]`, accepts, expected),
  );
  return [first as number, second as number, third as number];
}

function textMap(
  data: unknown,
  path: string,
  pattern: RegExp,
  expected: string,
): Readonly<Record<string, string>> {
  const entries = Object.entries(record(data, path));
  return Object.fromEntries(
    entries.map(([key, value]) => [key, text(value, `${path}[${JSON.stringify(key)}]`, pattern, expected)]),
  );
}
