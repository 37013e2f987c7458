import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isCalqueError } from '@calque/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint } from './open-checkpoint.ts';
import { PickleWriter } from './testing/pickle-writer.ts';
import { floatTensor, storageOf, type TensorSpec, writeTorchFile } from './testing/write-torch-file.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calque-checkpoint-'));
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

const path = (): string => join(folder, 'weights.pth');

async function valuesOf(file: string): Promise<Record<string, readonly number[]>> {
  const checkpoint = await openCheckpoint(file);
  try {
    const values: Record<string, readonly number[]> = {};
    for (const name of checkpoint.tensors.keys()) values[name] = [...(await checkpoint.read(name))];
    return values;
  } finally {
    await checkpoint.close();
  }
}

async function refusal(file: string): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await valuesOf(file);
  } catch (error) {
    if (isCalqueError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('the file was accepted');
}

const bytesOf = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

const six = storageOf('float32', bytesOf(Float32Array.of(1, 2, 3, 4, 5, 6)));
const tensors: readonly TensorSpec[] = [
  floatTensor('layer.weight', [2, 3], () => Float32Array.of(1.5, -2, 3, 4, 5, 6)),
  floatTensor('layer.bias', [2], () => Float32Array.of(-0.25, 7)),
];

describe('A PyTorch checkpoint', () => {
  test.each([
    ['alone', {}],
    ['under "model"', { under: 'model' }],
    ['under "state_dict"', { under: 'state_dict' }],
    ['with wide sizes and offsets', { zip64: true }],
  ])('gives the tensors of a state dict %s', async (_how, options) => {
    await writeTorchFile(path(), tensors, options);
    expect(await valuesOf(path())).toEqual({
      'layer.weight': [1.5, -2, 3, 4, 5, 6],
      'layer.bias': [-0.25, 7],
    });
  });

  test('gives views of a storage that tensors share: offset, transposed, repeated', async () => {
    await writeTorchFile(path(), [
      { name: 'whole', storage: six, shape: [2, 3] },
      { name: 'tail', storage: six, shape: [2], offset: 4 },
      { name: 'transposed', storage: six, shape: [3, 2], strides: [1, 3] },
      { name: 'every second', storage: six, shape: [2], strides: [2], offset: 1 },
      { name: 'repeated', storage: six, shape: [2, 2], strides: [0, 1], offset: 2 },
      { name: 'scalar', storage: six, shape: [], offset: 5 },
      { name: 'empty', storage: six, shape: [0, 3] },
    ]);
    expect(await valuesOf(path())).toEqual({
      whole: [1, 2, 3, 4, 5, 6],
      tail: [5, 6],
      transposed: [1, 4, 2, 5, 3, 6],
      'every second': [2, 4],
      repeated: [3, 4, 3, 4],
      scalar: [6],
      empty: [],
    });
  });

  test('gives float32 of every type of values', async () => {
    const types = {
      float64: Float64Array.of(0.1, -3),
      float16: Uint16Array.of(0x3c00, 0xc100, 0x0001, 0x7c00),
      bfloat16: Uint16Array.of(0x3f80, 0xc020),
      int64: BigInt64Array.of(-3n, 9n),
      int32: Int32Array.of(-70_000, 2),
      int16: Int16Array.of(-300, 2),
      int8: Int8Array.of(-3, 2),
      uint8: Uint8Array.of(200, 2),
      bool: Uint8Array.of(1, 0),
    };
    const specs = Object.entries(types).map(([dtype, values]): TensorSpec => {
      const storage = storageOf(dtype as keyof typeof types, bytesOf(values));
      return { name: dtype, storage, shape: [storage.count] };
    });
    await writeTorchFile(path(), specs);
    expect(await valuesOf(path())).toEqual({
      float64: [Math.fround(0.1), -3],
      float16: [1, -2.5, 2 ** -24, Number.POSITIVE_INFINITY],
      bfloat16: [1, -2.5],
      int64: [-3, 9],
      int32: [-70_000, 2],
      int16: [-300, 2],
      int8: [-3, 2],
      uint8: [200, 2],
      bool: [1, 0],
    });
  });

  test('says its shapes and types without reading values', async () => {
    await writeTorchFile(path(), [
      { name: 'half', storage: storageOf('float16', new Uint8Array(12)), shape: [3, 2] },
    ]);
    const checkpoint = await openCheckpoint(path());
    expect(checkpoint).toMatchObject({ path: path(), format: 'pytorch' });
    expect(checkpoint.tensors.get('half')).toMatchObject({ shape: [3, 2], dtype: 'float16' });
    await checkpoint.close();
  });
});

describe('A file that is no checkpoint is refused with a sentence', { timeout: 60_000 }, () => {
  test('one of the format from before PyTorch 1.6', async () => {
    await writeFile(path(), Buffer.from([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20]));
    expect(await refusal(path())).toMatchObject({
      code: 'checkpoint-unsupported',
      message: expect.stringContaining('before PyTorch 1.6'),
    });
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['a web page', Buffer.from('<!doctype html><title>Sign in</title>')],
    ['zeros', new Uint8Array(3000)],
  ])('%s', async (_what, bytes) => {
    await writeFile(path(), bytes);
    expect((await refusal(path())).code).toBe('checkpoint-damaged');
  });

  test('a folder, and nothing at all', async () => {
    expect((await refusal(folder)).message).toContain('it is not a regular file');
    expect((await refusal(join(folder, 'none.pth'))).code).toBe('checkpoint-missing');
  });

  test('one half of an ONNX model', async () => {
    const half = join(folder, 'encoder.onnx');
    await writeFile(half, Buffer.from([8, 9, 58, 100]));
    expect((await refusal(half)).message).toContain('one half of an ONNX model');
  });

  test('one that was cut, after any of its bytes', async () => {
    await writeTorchFile(path(), tensors);
    const { length } = await readFile(path());
    for (let bytes = length - 1; bytes >= 0; bytes--) {
      await truncate(path(), bytes);
      expect((await refusal(path())).code).toBe('checkpoint-damaged');
    }
  });

  test('one whose weights were altered', async () => {
    await writeTorchFile(path(), tensors);
    const bytes = await readFile(path());
    const at = bytes.indexOf(Buffer.from(Float32Array.of(1.5, -2, 3).buffer));
    bytes[at] = 1;
    await writeFile(path(), bytes);
    expect((await refusal(path())).message).toContain('the checksum of micro/data/0 is wrong');
  });

  test('one with compressed entries, which could unfold without end', async () => {
    await writeTorchFile(path(), tensors);
    const bytes = await readFile(path());
    bytes.writeUInt16LE(8, bytes.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 10);
    await writeFile(path(), bytes);
    expect(await refusal(path())).toMatchObject({
      code: 'checkpoint-unsupported',
      message: expect.stringContaining('compressed'),
    });
  });

  test('one of big-endian numbers', async () => {
    await writeTorchFile(path(), tensors, { byteOrder: 'big' });
    expect((await refusal(path())).message).toContain('byte order "big"');
  });

  test.each<[string, Partial<TensorSpec>]>([
    ['beyond the end of its storage', { offset: 1 }],
    ['beyond the end by its strides', { strides: [4, 1] }],
    ['many times its storage', { shape: [2 ** 25, 6], strides: [0, 1] }],
    ['without end', { shape: [2 ** 50, 2 ** 50], strides: [0, 0] }],
    ['with a shape that does not fit its strides', { strides: [1] }],
  ])('one with a tensor that reaches %s', async (_where, change) => {
    await writeTorchFile(path(), [{ name: 'bad', storage: six, shape: [2, 3], ...change }]);
    expect((await refusal(path())).code).toBe('checkpoint-damaged');
  });

  test('one of many tensors that are the same values again and again', async () => {
    const storage = storageOf('float32', new Uint8Array(4 * 1024 * 1024));
    const specs = Array.from({ length: 17 }, (_, i) => ({
      name: `copy ${i}`,
      storage,
      shape: [storage.count],
    }));
    await writeTorchFile(path(), specs.slice(0, 16));
    const checkpoint = await openCheckpoint(path());
    expect(checkpoint.tensors.size).toBe(16);
    await checkpoint.close();
    await writeTorchFile(path(), specs);
    expect((await refusal(path())).message).toContain('its tensors claim 17825792 values');
  });

  test('one whose storage has other bytes than its pickle says', async () => {
    await writeTorchFile(path(), [{ name: 'bad', storage: { ...six, count: 7 }, shape: [7] }]);
    expect((await refusal(path())).message).toContain('24 bytes where 7 values of float32 should be');
  });

  test('one that holds something else than tensors', async () => {
    const pickle = new PickleWriter().op('}').text('epoch').int(7).op('s').finish();
    await writeTorchFile(path(), [], { pickle });
    expect(await refusal(path())).toMatchObject({
      code: 'checkpoint-unsupported',
      message: expect.stringContaining('its entry "epoch" is 7, not a tensor'),
    });
  });
});

describe('A hostile pickle is refused by what it asks for', () => {
  const attacks: readonly [string, PickleWriter, string][] = [
    ['a command', new PickleWriter().global('os', 'system').text('reboot').op('\x85').op('R'), '"os.system"'],
    [
      'a function of Python',
      new PickleWriter().global('builtins', 'eval').text('1').op('\x85').op('R'),
      '"builtins.eval"',
    ],
    ['a name by two texts', new PickleWriter().text('posix').text('system').op('\x93'), '"posix.system"'],
    [
      'a deeper name of an allowed module',
      new PickleWriter().global('torch', '_utils.os.system').text('x').op('\x85').op('R'),
      '"torch._utils.os.system"',
    ],
    ['an instance', new PickleWriter().global('collections', 'OrderedDict').op(')').op('\x81'), 'NEWOBJ'],
    ['an instance by name', new PickleWriter().op('(').op('i'), 'INST'],
    ['a registered extension', new PickleWriter().op('\x82', 1), 'EXT1'],
    [
      'a call of a type of storage',
      new PickleWriter().global('torch', 'FloatStorage').op(')').op('R'),
      'a call of "torch.FloatStorage"',
    ],
    [
      'an attribute of a dictionary',
      new PickleWriter().op('}').op('}').text('__class__').int(1).op('s').op('b'),
      'the attribute "__class__"',
    ],
    [
      'another persistent object',
      new PickleWriter().text('file:///etc/passwd').op('Q'),
      'outside of the file',
    ],
    [
      'a name with signs that fool a terminal',
      new PickleWriter().global('os', 'sys\u001b[2J\u202etem'),
      '"os.sys\\u001b[2J?tem"',
    ],
  ];

  test.each(attacks)('%s', async (_what, writer, found) => {
    await writeTorchFile(path(), tensors, { pickle: writer.finish() });
    const { code, message } = await refusal(path());
    expect(code).toBe('checkpoint-unsafe');
    expect(message).toContain(found);
  });

  test('one that doubles itself again and again costs nothing', async () => {
    const writer = new PickleWriter().text('x').op('\x85');
    for (let round = 0; round < 10_000; round++) writer.op('2').op('\x86');
    await writeTorchFile(path(), tensors, { pickle: writer.finish() });
    expect((await refusal(path())).code).toBe('checkpoint-unsupported');
  });
});

describe('Whatever is wrong, the answer is tensors or a refusal', { timeout: 60_000 }, () => {
  test('with random bytes changed in the structure of the file', async () => {
    await writeTorchFile(path(), tensors, { under: 'model' });
    const whole = await readFile(path());
    const random = xorshift(20_261_124);
    let refused = 0;
    for (let round = 0; round < 400; round++) {
      const bytes = Buffer.from(whole);
      for (let change = random() % 4; change >= 0; change--) bytes[random() % bytes.length] = random() & 255;
      await writeFile(path(), bytes);
      await valuesOf(path()).catch((error: unknown) => {
        if (!isCalqueError(error)) throw error;
        refused++;
      });
    }
    expect(refused).toBeGreaterThan(150);
  });

  test('with random operations for a pickle', async () => {
    const random = xorshift(7);
    const opcodes = 'NKMJGX()tR}]ausebqrhjcQ.012\x85\x86\x87\x88\x89\x8a\x8c\x93\x94\x95';
    for (let round = 0; round < 400; round++) {
      const pickle = Uint8Array.from({ length: 3 + (random() % 60) }, () =>
        random() % 3 === 0 ? random() & 7 : opcodes.charCodeAt(random() % opcodes.length),
      );
      await writeTorchFile(path(), tensors, { pickle });
      expect((await refusal(path())).code).toMatch(/^checkpoint-/);
    }
  });
});

describe('A .safetensors file', { timeout: 60_000 }, () => {
  const header = {
    __metadata__: { format: 'pt' },
    weight: { dtype: 'F32', shape: [2, 2], data_offsets: [0, 16] },
    half: { dtype: 'BF16', shape: [2], data_offsets: [16, 20] },
  };
  const data = Buffer.concat([
    Buffer.from(Float32Array.of(1, 2, 3, 4).buffer),
    Buffer.from([0x80, 0x3f, 0x20, 0xc0]),
  ]);

  async function write(changed: unknown, bytes: Uint8Array = data, length?: bigint): Promise<void> {
    const text = Buffer.from(typeof changed === 'string' ? changed : JSON.stringify(changed));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(length ?? BigInt(text.length));
    await writeFile(path(), Buffer.concat([size, text, bytes]));
  }

  test('gives its tensors', async () => {
    await write(header);
    expect(await valuesOf(path())).toEqual({ weight: [1, 2, 3, 4], half: [1, -2.5] });
  });

  test.each<[string, unknown, Uint8Array?, bigint?]>([
    ['whose header claims more than the file', header, data, 1n << 40n],
    ['whose header is cut', '{"weight":'],
    ['whose header is a list', '{"a":[]}'],
    ['that was cut', header, data.subarray(0, 17)],
    ['with bytes that belong to nothing', header, Buffer.concat([data, data])],
    ['with tensors that overlap', { ...header, more: { dtype: 'F32', shape: [1], data_offsets: [12, 16] } }],
    ['with another size than its shape', { weight: { dtype: 'F32', shape: [3, 2], data_offsets: [0, 16] } }],
    ['with a negative shape', { weight: { dtype: 'F32', shape: [-2, -2], data_offsets: [0, 16] } }],
  ])('%s is refused', async (_what, changed, bytes, length) => {
    await write(changed, bytes, length);
    expect((await refusal(path())).code).toBe('checkpoint-damaged');
  });

  test('with values of an unknown type is refused by name', async () => {
    await write({ weight: { dtype: 'F8_E4M3', shape: [20], data_offsets: [0, 20] } });
    expect((await refusal(path())).message).toContain('"weight" is of the type "F8_E4M3"');
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    await write(`{"weight":{"dtype":${deep},"shape":[20],"data_offsets":[0,20]}}`);
    expect((await refusal(path())).message).toContain('"weight" is of the type "object"');
  });

  test('with random bytes changed gives tensors or a refusal', async () => {
    await write(header);
    const whole = await readFile(path());
    const random = xorshift(20_261_125);
    let refused = 0;
    for (let round = 0; round < 400; round++) {
      const bytes = Buffer.from(whole);
      for (let change = random() % 3; change >= 0; change--) bytes[random() % bytes.length] = random() & 255;
      await writeFile(path(), bytes);
      await valuesOf(path()).catch((error: unknown) => {
        if (!isCalqueError(error)) throw error;
        refused++;
      });
    }
    expect(refused).toBeGreaterThan(150);
  });
});

function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

describe('what is no file that can be read', () => {
  test.skipIf(process.platform === 'win32')(
    'a pipe, a folder and a path through a file are refused at once',
    async () => {
      const pipe = join(folder, 'pipe.pth');
      execFileSync('mkfifo', [pipe]);
      await expect(openCheckpoint(pipe)).rejects.toMatchObject({ code: 'checkpoint-unreadable' });
      await expect(openCheckpoint(folder)).rejects.toMatchObject({ code: 'checkpoint-unreadable' });
      await expect(openCheckpoint(join(pipe, 'x.pth'))).rejects.toMatchObject({ code: 'checkpoint-missing' });
    },
  );
});
