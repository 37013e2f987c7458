import type { RandomSource } from './random-source.ts';

type Mutation = (bytes: Uint8Array, random: RandomSource) => Uint8Array;

/** Lengths, counts and offsets that parsers are most often wrong about. */
const NUMBERS = [0, 1, 2, 7, 127, 128, 255, 256, 32_767, 65_535, 65_536, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

const flipBit: Mutation = (bytes, random) => {
  const at = random.below(bytes.length);
  bytes[at] = (bytes[at] as number) ^ (1 << random.below(8));
  return bytes;
};

const setByte: Mutation = (bytes, random) => {
  bytes[random.below(bytes.length)] = random.chance(2)
    ? random.below(256)
    : random.pick([0, 1, 127, 128, 255]);
  return bytes;
};

const setNumber: Mutation = (bytes, random) => {
  const size = random.pick([2, 4, 8] as const);
  if (bytes.length < size) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset + random.below(bytes.length - size + 1), size);
  const little = random.chance(2);
  const value = random.pick(NUMBERS);
  if (size === 2) view.setUint16(0, value, little);
  else if (size === 4) view.setUint32(0, value, little);
  else view.setBigUint64(0, random.chance(4) ? 2n ** 63n - 1n : BigInt(value), little);
  return bytes;
};

const cut: Mutation = (bytes, random) => bytes.slice(0, random.below(bytes.length + 1));

const remove: Mutation = (bytes, random) => {
  const [from, length] = range(bytes, random);
  return joined(bytes.subarray(0, from), bytes.subarray(from + length));
};

const repeat: Mutation = (bytes, random) => {
  const [from, length] = range(bytes, random);
  const piece = bytes.subarray(from, from + length);
  const times = 1 + random.below(random.chance(8) ? 200 : 3);
  return joined(
    bytes.subarray(0, from),
    ...Array.from({ length: times + 1 }, () => piece),
    bytes.subarray(from + length),
  );
};

const insert: Mutation = (bytes, random) => {
  const at = random.below(bytes.length + 1);
  return joined(bytes.subarray(0, at), random.bytes(1 + random.below(16)), bytes.subarray(at));
};

const swap: Mutation = (bytes, random) => {
  const [from, length] = range(bytes, random);
  const to = random.below(bytes.length - length + 1);
  const piece = bytes.slice(from, from + length);
  bytes.copyWithin(from, to, to + length);
  bytes.set(piece, to);
  return bytes;
};

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  flipBit,
  setByte,
  setByte,
  setNumber,
  setNumber,
  cut,
  remove,
  repeat,
  insert,
  swap,
];

/** A changed copy of one of the seeds: one to five changes, or half of it with half of another one. */
export function mutateBytes(seeds: readonly Uint8Array[], random: RandomSource): Uint8Array {
  let bytes = Uint8Array.from(random.pick(seeds));
  if (random.chance(12)) {
    const other = random.pick(seeds);
    bytes = joined(
      bytes.subarray(0, random.below(bytes.length + 1)),
      other.subarray(random.below(other.length + 1)),
    );
  }
  for (let changes = 1 + random.below(5); changes > 0 && bytes.length > 0; changes--) {
    bytes = Uint8Array.from(random.pick(MUTATIONS)(bytes, random));
  }
  return bytes;
}

function range(bytes: Uint8Array, random: RandomSource): readonly [from: number, length: number] {
  const from = random.below(bytes.length);
  return [from, 1 + random.below(Math.min(64, bytes.length - from))];
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.concat(pieces));
}
