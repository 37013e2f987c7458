/** Puts opcodes of protocol 2 together, in the order in which `torch.save` does. */
export class PickleWriter {
  readonly #parts: Uint8Array[] = [Uint8Array.of(0x80, 2)];

  op(character: string, ...bytes: number[]): this {
    this.#parts.push(Uint8Array.of(character.charCodeAt(0), ...bytes));
    return this;
  }

  global(module: string, name: string): this {
    this.#parts.push(new TextEncoder().encode(`c${module}\n${name}\n`));
    return this;
  }

  text(value: string): this {
    const bytes = new TextEncoder().encode(value);
    this.op('X', ...uint32(bytes.length));
    this.#parts.push(bytes);
    return this;
  }

  int(value: number): this {
    if (value >= 0 && value < 256) return this.op('K', value);
    if (value >= -(2 ** 31) && value < 2 ** 31) return this.op('J', ...uint32(value));
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true);
    return this.op('\x8a', 8, ...bytes);
  }

  ints(values: readonly number[]): this {
    this.op('(');
    for (const value of values) this.int(value);
    return this.op('t');
  }

  finish(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Buffer.concat([...this.#parts, Buffer.from('.')]));
  }
}

function uint32(value: number): number[] {
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];
}
