import { checkpointConfigInvalid } from '../../../errors.ts';
import type { HieraConfig } from './hiera-config.ts';

/** Tables of constants grow with the square of the image's side and would fill the memory. */
const LARGEST_IMAGE = 4096;

const FIELDS: ReadonlySet<string> = new Set([
  'variant',
  'imageSize',
  'embedDim',
  'heads',
  'stages',
  'globalBlocks',
  'windows',
]);

/**
 * What a person wrote about a SAM 2 encoder that is none of the published ones: `imageSize`, `embedDim`, `heads`, `stages`,
 * `globalBlocks`, `windows`, and `variant` to name it. Throws `checkpoint-config-invalid`.
 */
export function parseHieraConfig(data: unknown): HieraConfig {
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw checkpointConfigInvalid('it', data, 'an object');
  const fields = data as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(fields).find((name) => !FIELDS.has(name));
  if (unknown !== undefined)
    throw checkpointConfigInvalid(unknown, fields[unknown], `no fields but ${[...FIELDS].join(', ')}`);
  const variant = fields['variant'] ?? 'custom';
  if (typeof variant !== 'string' || !/^[a-z0-9][a-z0-9.-]*$/.test(variant))
    throw checkpointConfigInvalid('variant', variant, 'lower-case letters, digits, dots and dashes');
  const stages = counts(fields, 'stages', 4);
  const blocks = stages.reduce((sum, count) => sum + count, 0);
  const globalBlocks = counts(fields, 'globalBlocks');
  if (globalBlocks.some((block) => block >= blocks))
    throw checkpointConfigInvalid('globalBlocks', globalBlocks, `numbers of blocks, below ${blocks}`);
  const imageSize = count(fields['imageSize'] ?? 1024, 'imageSize');
  if (imageSize % 32 !== 0 || imageSize > LARGEST_IMAGE)
    throw checkpointConfigInvalid('imageSize', imageSize, `a multiple of 32 up to ${LARGEST_IMAGE}`);
  const windows = counts(fields, 'windows', 4);
  // The encoder's largest map has a quarter of the image's side; tables grow with the square of a window's.
  if (windows.some((side) => side > imageSize / 4))
    throw checkpointConfigInvalid(
      'windows',
      windows,
      `sides up to ${imageSize / 4}, a quarter of the image's`,
    );
  return {
    variant,
    imageSize,
    embedDim: count(fields['embedDim'], 'embedDim'),
    heads: count(fields['heads'], 'heads'),
    stages,
    globalBlocks,
    windows,
  };
}

function counts(fields: Readonly<Record<string, unknown>>, name: string, length?: number): number[] {
  const value = fields[name];
  if (!Array.isArray(value) || (length !== undefined && value.length !== length))
    throw checkpointConfigInvalid(
      name,
      value,
      length === undefined ? 'a list of numbers' : `${length} numbers`,
    );
  return value.map((each, index) => count(each, `${name}[${index}]`, name === 'globalBlocks' ? 0 : 1));
}

function count(value: unknown, name: string, least = 1): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > 65_536)
    throw checkpointConfigInvalid(name, value, `a whole number, ${least} or more`);
  return value;
}
