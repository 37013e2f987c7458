import { describe, expect, test } from 'vitest';
import { EmbeddingMemory } from './embedding-memory.ts';

const ofBytes = (bytes: number) => ({ features: { dims: [bytes / 4], data: new Float32Array(bytes / 4) } });

describe('embeddings in memory', () => {
  test('the least recently used goes first', () => {
    const memory = new EmbeddingMemory(100);
    memory.set('a', ofBytes(40));
    memory.set('b', ofBytes(40));
    memory.get('a');
    memory.set('c', ofBytes(40));
    expect([memory.get('a'), memory.get('b'), memory.get('c')].map((found) => found !== null)).toEqual([
      true,
      false,
      true,
    ]);
    expect(memory.bytes).toBe(80);
  });

  test('one that is over the limit by itself is held alone', () => {
    const memory = new EmbeddingMemory(100);
    memory.set('small', ofBytes(20));
    memory.set('large', ofBytes(400));
    expect(memory.get('small')).toBeNull();
    expect(memory.get('large')).not.toBeNull();
  });

  test('setting a key again counts it once', () => {
    const memory = new EmbeddingMemory(100);
    memory.set('a', ofBytes(40));
    memory.set('a', ofBytes(60));
    expect(memory.bytes).toBe(60);
  });
});
