import type { NamedTensors, Tensor } from '@calque/models';
import { tensorsNotUnderstood } from './errors.ts';

const PREFIX_BYTES = 16;
const FORMAT_VERSION = 1;

interface Header {
  readonly tensors: readonly { readonly name: string; readonly dims: readonly number[] }[];
}

/**
 * Reads an embedding that came over a network (docs/embedding-cache.md has the layout). Its checksum is not computed: the
 * connection has done that. Runs anywhere that is little-endian.
 *
 * @returns float32 tensors under the names that the family's `decoderFeeds` takes; they share memory with `bytes`.
 * @throws `tensors-not-understood`
 */
export function unpackTensors(bytes: ArrayBuffer): NamedTensors {
  const view = new DataView(bytes);
  const magic = String.fromCharCode(...new Uint8Array(bytes, 0, Math.min(8, bytes.byteLength)));
  if (magic !== 'CLQEMBED' || bytes.byteLength < PREFIX_BYTES) throw tensorsNotUnderstood('no embedding');
  const version = view.getUint32(8, true);
  if (version !== FORMAT_VERSION) throw tensorsNotUnderstood(`version ${version}`);
  const valuesAt = PREFIX_BYTES + view.getUint32(12, true);
  const json = new TextDecoder().decode(new Uint8Array(bytes, PREFIX_BYTES, valuesAt - PREFIX_BYTES));
  return readTensors(bytes, JSON.parse(json) as Header, valuesAt);
}

function readTensors(bytes: ArrayBuffer, header: Header, valuesAt: number): NamedTensors {
  const tensors: Record<string, Tensor> = {};
  let at = valuesAt;
  for (const { name, dims } of header.tensors) {
    const length = dims.reduce((product, dim) => product * dim, 1);
    if (at + length * 4 > bytes.byteLength) throw tensorsNotUnderstood('an embedding that was cut');
    tensors[name] = { dims, data: new Float32Array(bytes, at, length) };
    at += length * 4;
  }
  return tensors;
}
