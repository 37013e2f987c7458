import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { packEmbedding } from './embedding-file.ts';
import { EmbeddingFolder } from './embedding-folder.ts';

const tensors = { features: { dims: [50], data: new Float32Array(50).fill(1.25) } };

describe('the folder of embeddings', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'calque-folder-'));
  });
  afterEach(async () => rm(root, { recursive: true, force: true }));

  const names = async (): Promise<string[]> => (await readdir(join(root, 'embeddings'))).sort();
  const folder = (maxBytes: number): EmbeddingFolder =>
    new EmbeddingFolder(join(root, 'embeddings'), maxBytes);

  test('is made with a README, and holds what is written', async () => {
    await folder(1e6).write('key', packEmbedding('key', tensors));
    expect(await names()).toEqual(['README.txt', 'key.embedding']);
    expect(await folder(1e6).read('key')).toEqual(tensors);
    expect(await folder(1e6).read('unknown')).toBeNull();
  });

  test('a damaged file is deleted', async () => {
    const path = await folder(1e6).write('key', packEmbedding('key', tensors));
    await writeFile(path, 'not an embedding');
    expect(await folder(1e6).read('key')).toBeNull();
    expect(await names()).toEqual(['README.txt']);
  });

  test('over the limit, the least recently used is dropped, never the newest', async () => {
    const bytes = packEmbedding('a', tensors).length;
    const small = folder(2.5 * bytes);
    for (const [i, key] of ['a', 'b'].entries()) {
      const path = await small.write(key, packEmbedding(key, tensors));
      await utimes(path, 1000 + i, 1000 + i);
    }
    await small.read('a');
    await small.write('c', packEmbedding('c', tensors));
    expect(await names()).toEqual(['README.txt', 'a.embedding', 'c.embedding']);
    await folder(1).write('d', packEmbedding('d', tensors));
    expect(await names()).toEqual(['README.txt', 'd.embedding']);
  });

  test('what a killed process left half written is swept up, what another writes now is not', async () => {
    const some = folder(1e6);
    await some.write('a', packEmbedding('a', tensors));
    const left = join(root, 'embeddings', 'b.1.tmp');
    await writeFile(left, 'half');
    await utimes(left, 1000, 1000);
    await writeFile(join(root, 'embeddings', 'c.2.tmp'), 'being written');
    await some.write('d', packEmbedding('d', tensors));
    expect(await names()).toEqual(['README.txt', 'a.embedding', 'c.2.tmp', 'd.embedding']);
  });
});
