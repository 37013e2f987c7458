import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openCheckpoint } from '../../../packages/models/src/node/checkpoint/open-checkpoint.ts';
import { PickleWriter } from '../../../packages/models/src/node/checkpoint/testing/pickle-writer.ts';
import {
  floatTensor,
  storageOf,
  type TensorSpec,
  writeTorchFile,
} from '../../../packages/models/src/node/checkpoint/testing/write-torch-file.ts';
import { prepareImport } from '../../../packages/models/src/node/convert/import-model.ts';
import { readOnnx, writeOnnx } from '../../../packages/models/src/node/onnx/onnx-file.ts';
import type { FuzzTarget } from '../fuzz-target.ts';
import { mutateBytes } from '../mutate-bytes.ts';

const six = storageOf('float16', new Uint8Array(12).fill(0x3c));
const TENSORS: readonly TensorSpec[] = [
  floatTensor('layer.weight', [2, 3], () => Float32Array.of(1.5, -2, 3, 4, 5, 6)),
  { name: 'layer.turned', storage: six, shape: [3, 2], strides: [1, 3] },
  { name: 'layer.tail', storage: six, shape: [2], offset: 4 },
];

/** Everything of a file: its directory, every tensor, and what the importer makes of them. */
async function readAll(path: string): Promise<void> {
  const checkpoint = await openCheckpoint(path);
  try {
    for (const name of checkpoint.tensors.keys()) await checkpoint.read(name);
  } finally {
    await checkpoint.close();
  }
  await (await prepareImport({ paths: [path] })).close();
}

const torchTarget: FuzzTarget = {
  name: 'checkpoint-torch',
  parts: 6,
  async open(folder) {
    const path = join(folder, 'weights.pth');
    const seeds: Uint8Array[] = [];
    for (const options of [{}, { under: 'model' }, { zip64: true }]) {
      await writeTorchFile(path, TENSORS, options);
      seeds.push(await readFile(path));
    }
    return {
      input: (random) => mutateBytes(seeds, random),
      async parse(input) {
        await writeFile(path, input);
        await readAll(path);
      },
    };
  },
};

const HOSTILE = [
  new PickleWriter().global('os', 'system').text('true').op('\x85').op('R'),
  new PickleWriter().global('torch', '_utils.os.system').text('x').op('\x85').op('R'),
  new PickleWriter().op('}').op('}').text('__class__').int(1).op('s').op('b'),
].map((writer) => writer.finish());

/** The pickle alone is changed, and the file around it is whole: a changed file fails at its checksum before. */
const pickleTarget: FuzzTarget = {
  name: 'checkpoint-pickle',
  parts: 8,
  async open(folder) {
    const path = join(folder, 'weights.pth');
    const seeds: Uint8Array[] = [...HOSTILE];
    for (const options of [{}, { under: 'state_dict' }]) {
      await writeTorchFile(path, TENSORS, options);
      const bytes = await readFile(path);
      const start = bytes.indexOf(Buffer.from([0x80, 2]));
      const end = bytes.indexOf('PK', start);
      seeds.push(bytes.subarray(start, bytes.lastIndexOf('.', end) + 1));
    }
    return {
      input: (random) => mutateBytes(seeds, random),
      async parse(input) {
        await writeTorchFile(path, TENSORS, { pickle: input });
        await readAll(path);
      },
    };
  },
};

function safetensors(header: unknown, bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, bytes]);
}

const safetensorsTarget: FuzzTarget = {
  name: 'checkpoint-safetensors',
  parts: 5,
  async open(folder) {
    const path = join(folder, 'weights.safetensors');
    const seed = safetensors(
      {
        __metadata__: { format: 'pt' },
        weight: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
        half: { dtype: 'BF16', shape: [2], data_offsets: [16, 20] },
      },
      new Uint8Array(20).fill(0x3f),
    );
    return {
      input: (random) => mutateBytes([seed], random),
      async parse(input) {
        await writeFile(path, input);
        await readAll(path);
      },
    };
  },
};

/** A real pair without its weights, which would take all changes upon themselves. */
const onnxTarget: FuzzTarget = {
  name: 'checkpoint-onnx',
  parts: 5,
  async open(folder) {
    const source = join(process.cwd(), 'fixtures/golden/sam1-micro/sam1-micro.pth');
    const prepared = await prepareImport({ paths: [source] });
    const pair = join(folder, 'pair');
    await mkdir(pair);
    await prepared.write(pair, 'micro', {});
    await prepared.close();
    const paths = [join(folder, 'encoder.onnx'), join(folder, 'decoder.onnx')] as const;
    const seeds: Uint8Array[] = [];
    for (const name of ['encoder', 'decoder'])
      seeds.push(withoutWeights(await readFile(join(pair, `${name}.onnx`))));
    return {
      input: (random) => Buffer.concat([Uint8Array.of(random.below(2)), mutateBytes(seeds, random)]),
      async parse(input) {
        const changed = (input[0] ?? 0) % 2;
        for (const [at, path] of paths.entries()) {
          await writeFile(path, at === changed ? input.subarray(1) : (seeds[at] as Uint8Array));
        }
        const opened = await prepareImport({ paths });
        const out = join(folder, 'out');
        await mkdir(out, { recursive: true });
        await opened.write(out, 'fuzzed', {});
        await opened.close();
      },
    };
  },
};

function withoutWeights(bytes: Uint8Array): Uint8Array {
  const model = readOnnx(bytes, 'seed.onnx');
  for (const weight of model.graph.initializer)
    if (weight.rawData.length > 64) weight.rawData = new Uint8Array();
  return writeOnnx(model);
}

export const checkpointTargets: readonly FuzzTarget[] = [
  torchTarget,
  pickleTarget,
  safetensorsTarget,
  onnxTarget,
];
