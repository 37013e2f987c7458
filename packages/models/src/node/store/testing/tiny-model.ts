import { createHash } from 'node:crypto';
import type { ModelManifest, ModelSource } from '../../../manifest/manifest.ts';

export const encoderName = 'tiny-encoder.onnx';
export const decoderName = 'tiny-decoder.onnx';

/** Bytes from a seed (xorshift): incompressible, and the same everywhere. */
export function seededBytes(sizeBytes: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let state = seed >>> 0;
  for (let i = 0; i < sizeBytes; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state & 255;
  }
  return bytes;
}

/** The contents of the files of {@link tinyModel}. */
export const tinyFiles: Readonly<Record<string, Uint8Array>> = {
  [encoderName]: seededBytes(300_007, 20_251),
  [decoderName]: seededBytes(120_011, 777),
};

/** A model with files of noise, so that fetching is tested without a real one. */
export function tinyModel(sources: readonly ModelSource[]): ModelManifest {
  return {
    id: 'tiny-sam',
    family: 'sam2',
    variant: 'tiny',
    description: 'Noise in the shape of a model',
    licence: { spdx: 'Apache-2.0', origin: 'made by its tests', note: 'nothing in it was trained' },
    encoder: identityOf(encoderName),
    decoder: identityOf(decoderName),
    input: {
      size: { width: 64, height: 64 },
      fit: 'squash',
      scale: 1,
      mean: [1, 2, 3],
      std: [4, 5, 6],
      channelOrder: 'rgb',
      logits: { width: 16, height: 16 },
    },
    sources,
  };
}

function identityOf(name: string): { name: string; sizeBytes: number; sha256: string } {
  const bytes = tinyFiles[name] ?? new Uint8Array();
  return { name, sizeBytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
