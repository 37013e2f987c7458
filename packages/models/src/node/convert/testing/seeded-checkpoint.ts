import { createHash } from 'node:crypto';
import { countOf } from '../../checkpoint/checkpoint.ts';
import { floatTensor, writeTorchFile } from '../../checkpoint/testing/write-torch-file.ts';

/** Values of which every tensor takes a stretch. */
const POOL = 1 << 20;

/**
 * Writes a checkpoint of random weights in the layout of the published files. The weights depend on their names alone,
 * and are of such sizes that signals neither vanish nor explode.
 */
export async function writeSeededCheckpoint(
  path: string,
  tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>,
  options: { readonly under?: string; readonly zip64?: boolean } = {},
): Promise<void> {
  const pool = randomPool();
  const specs = [...tensors].map(([name, { shape }]) =>
    floatTensor(name, shape, () => seededValues(name, shape, pool)),
  );
  await writeTorchFile(path, specs, options);
}

function seededValues(name: string, shape: readonly number[], pool: Float32Array): Float32Array {
  const values = new Float32Array(countOf(shape));
  if (
    /norm[^/]*\.weight$|running_var$|\.neck\.[13]\.weight$|upscaling\.1\.weight$|downscaling\.[14]\.weight$/.test(
      name,
    )
  )
    return values.fill(1);
  const fanIn = Math.max(countOf(shape.slice(1)), 16);
  const spread = name.endsWith('.bias') ? 0.02 : Math.sqrt(3 / fanIn);
  let at = createHash('sha256').update(name).digest().readUInt32LE(0) % POOL;
  for (let i = 0; i < values.length; i++) {
    values[i] = (pool[at] ?? 0) * spread;
    at = at + 1 === POOL ? 0 : at + 1;
  }
  return values;
}

/** Uniform in -1 … 1. */
function randomPool(): Float32Array {
  let state = 20_261_124;
  return Float32Array.from({ length: POOL }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 31 - 1;
  });
}
