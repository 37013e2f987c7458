import { checkpointDamaged, checkpointUnsupported } from '../../errors.ts';
import type { Checkpoint } from './checkpoint.ts';
import { RandomAccessFile } from './random-access-file.ts';
import { openSafetensors } from './safetensors-checkpoint.ts';
import { openTorchCheckpoint } from './torch-checkpoint.ts';

/**
 * Opens a file of weights by what it holds, whatever it is called. Only its directory is read.
 * Rejects with `checkpoint-missing`, `checkpoint-unreadable`, `checkpoint-damaged`, `checkpoint-unsupported` or `checkpoint-unsafe`.
 */
export async function openCheckpoint(path: string): Promise<Checkpoint> {
  const file = await RandomAccessFile.open(path);
  try {
    return await openByContent(file);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function openByContent(file: RandomAccessFile): Promise<Checkpoint> {
  const start = await file.read(0, Math.min(file.sizeBytes, 512));
  if (startsWith(start, [0x50, 0x4b, 3, 4])) return openTorchCheckpoint(file);
  if (isLegacyTorch(start)) {
    throw checkpointUnsupported(
      file.path,
      'it was saved in the format from before PyTorch 1.6, which is a row of pickles and not a zip file',
      'Load it once with PyTorch and save it again: torch.save(torch.load(path), new_path)',
    );
  }
  // Eight bytes of length, then JSON.
  if (start[8] === 0x7b) return openSafetensors(file);
  if (/\.(onnx|ort)$/i.test(file.path)) {
    throw checkpointUnsupported(
      file.path,
      'it is one half of an ONNX model',
      'Give encoder and decoder together: calque models import encoder.onnx decoder.onnx',
    );
  }
  throw checkpointDamaged(file.path, 'it is neither a zip file nor a .safetensors file');
}

/** A pickle of the magic number, or the tar file of the very first versions. */
function isLegacyTorch(start: Uint8Array): boolean {
  const isPickle = start[0] === 0x80 && (start[1] ?? 255) <= 5;
  const isTar = startsWith(start.subarray(257), [0x75, 0x73, 0x74, 0x61, 0x72]);
  return isPickle || isTar;
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}
