import { isCalqueError } from '@calque/core';
import { describe, expect, test } from 'vitest';
import { builtinManifests, minisam } from './builtin-manifests.ts';
import type { ModelManifest } from './manifest.ts';
import { nearestId } from './nearest-id.ts';
import { parseManifest } from './parse-manifest.ts';

test.each(builtinManifests.map((manifest) => [manifest.id, manifest] as const))(
  '%s is a valid manifest',
  (_id, manifest) => {
    expect(parseManifest(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
  },
);

/** The manifest of minisam with one field replaced. */
function changed(path: string, value: unknown): unknown {
  const copy = JSON.parse(JSON.stringify(minisam)) as Record<string, unknown>;
  const keys = path.split('/');
  const last = keys.pop() as string;
  let at = copy;
  for (const key of keys) at = at[key] as Record<string, unknown>;
  at[last] = value;
  return copy;
}

describe('A manifest that is wrong is refused with the field, what it holds and what was expected', () => {
  test.each([
    ['id', 'Mini SAM', 'id is "Mini SAM"', 'lower-case letters, digits, dots and dashes'],
    ['id', '../../etc', 'id is "../../etc"', 'lower-case letters, digits, dots and dashes'],
    ['family', 'sam3', 'family is "sam3"', 'one of sam1, sam2'],
    ['licence', undefined, 'licence is missing', 'an object'],
    ['encoder/name', '../x.onnx', 'encoder.name is "../x.onnx"', 'a plain file name'],
    ['encoder/name', 'manifest.json', 'encoder.name is "manifest.json"', 'a plain file name'],
    ['encoder/sizeBytes', 1.5, 'encoder.sizeBytes is 1.5', 'a whole number above 0'],
    ['decoder/sha256', 'ABC', 'decoder.sha256 is "ABC"', '64 lower-case hexadecimal digits'],
    [
      'decoder/derivedFrom/transform',
      'magic',
      'decoder.derivedFrom.transform is "magic"',
      'one of expose-sam1-candidates',
    ],
    ['input/mean', [1, 2], 'input.mean is [1,2]', 'three numbers'],
    ['input/std/1', 0, 'input.std[1] is 0', 'a number above 0'],
    ['sources', [], 'sources is []', 'a list that is not empty'],
    ['sources/0/version', '^0.2.0', 'sources[0].version is "^0.2.0"', 'an exact version'],
    [
      'sources/0/paths/sam.onnx',
      '../sam.onnx',
      'sources[0].paths["sam.onnx"] is "../sam.onnx"',
      'a path inside the package',
    ],
    [
      'sources/0/paths',
      { 'encoder.onnx': 'e' },
      'sources[0].paths["sam.onnx"] is missing',
      'where this file is',
    ],
    [
      'sources/0',
      { kind: 'https', urls: { a: 'ftp://a' } },
      'sources[0].urls["a"] is "ftp://a"',
      'an https:// address',
    ],
  ])('%s', (path, value, message, expected) => {
    try {
      parseManifest(changed(path, value));
      expect.unreachable();
    } catch (error) {
      expect(isCalqueError(error, 'manifest-invalid') && error.toLine()).toContain(message);
      expect(isCalqueError(error) && error.expected).toContain(expected);
    }
  });

  test.each([null, 'text', 7, []])('%j instead of an object', (data) => {
    expect(() => parseManifest(data)).toThrow('manifest is');
  });
});

test('A manifest may name an address on this machine without encryption, and no other', () => {
  const urls = (host: string): unknown => {
    const url = `http://${host}/f`;
    return [{ kind: 'https', urls: { 'encoder.onnx': url, 'sam.onnx': url } }];
  };
  const parsed: ModelManifest = parseManifest(changed('sources', urls('127.0.0.1:8080')));
  expect(parsed.sources[0]?.kind).toBe('https');
  expect(() => parseManifest(changed('sources', urls('example.com')))).toThrow('sources[0].urls');
});

test.each([
  ['minisma', 'minisam'],
  ['sam2-tiny', 'sam2-hiera-tiny'],
  ['SAM2-Hiera-Tiny', 'sam2-hiera-tiny'],
  ['whatever-else-there-is', undefined],
])('%s is taken for %s', (id, nearest) => {
  expect(nearestId(id, ['sam2-hiera-tiny', 'minisam'])).toBe(nearest);
});
