import { checkpointDamaged, checkpointUnsafe } from '../../errors.ts';

/** What a pickle can hold here. Everything else is refused. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleTuple
  | PickleList
  | PickleDict
  | PickleGlobal
  | object;

export class PickleTuple {
  readonly items: readonly PickleValue[];
  constructor(items: readonly PickleValue[]) {
    this.items = items;
  }
}

export class PickleList {
  readonly items: PickleValue[] = [];
}

/** A `dict` or an `OrderedDict`. */
export class PickleDict {
  readonly entries = new Map<PickleValue, PickleValue>();
}

/** A name that the pickle asks for; it is only ever compared with names. */
export class PickleGlobal {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** What may be asked for, by full name, and what it makes of its arguments. */
export interface PickleMeaning {
  readonly callables: ReadonlyMap<string, (args: readonly PickleValue[]) => PickleValue>;
  /** Names that may be mentioned, not called. */
  readonly names: ReadonlySet<string>;
  readonly persistent: (id: PickleValue) => PickleValue;
}

/**
 * Interprets a pickle of protocol 2 to 5 by an allow-list: names outside of `meaning` are refused by name, and so is
 * every operation that builds objects of classes. Nothing is looked up and nothing executed. The work is linear in the
 * number of bytes. Source: the opcodes as `pickletools` of Python describes them.
 *
 * @throws CalqueError `checkpoint-unsafe` or `checkpoint-damaged`
 */
export function unpickle(bytes: Uint8Array<ArrayBuffer>, meaning: PickleMeaning, path: string): PickleValue {
  return new Unpickler(bytes, meaning, path).run();
}

const mark = Symbol('mark');
type Slot = PickleValue | typeof mark;

const highestProtocol = 5;

class Unpickler {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #meaning: PickleMeaning;
  readonly #path: string;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #at = 0;

  constructor(bytes: Uint8Array<ArrayBuffer>, meaning: PickleMeaning, path: string) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#meaning = meaning;
    this.#path = path;
  }

  run(): PickleValue {
    for (;;) {
      const at = this.#at;
      const opcode = this.#byte();
      if (opcode === code('.')) return this.#finish();
      const operation = operations.get(opcode);
      if (operation === undefined) throw this.#unknownOperation(opcode, at);
      operation(this.#machine);
    }
  }

  readonly #machine: Machine = {
    byte: () => this.#byte(),
    uint: (size) => this.#uint(size),
    int32: () => this.#number(4, (at) => this.#view.getInt32(at, true)),
    float64: () => this.#number(8, (at) => this.#view.getFloat64(at, false)),
    bytes: (length) => this.#slice(length),
    text: (length) => this.#text(this.#slice(length)),
    line: () => this.#line(),
    push: (value) => void this.#stack.push(value),
    mark: () => void this.#stack.push(mark),
    pop: () => this.#pop(),
    drop: () => {
      if (this.#stack.pop() === undefined) throw this.#broken('takes from an empty stack');
    },
    popToMark: () => this.#popToMark(),
    memoize: (index) => void this.#memo.set(index ?? this.#memo.size, this.#top()),
    recall: (index) => {
      const value = this.#memo.get(index);
      if (value === undefined) throw this.#broken(`recalls what it never noted (${index})`);
      this.#stack.push(value);
    },
    global: (name) => this.#global(name),
    call: (callable, args) => this.#call(callable, args),
    persistent: (id) => this.#meaning.persistent(id),
    build: (target, state) => this.#build(target, state),
    top: () => this.#top(),
    broken: (reason) => this.#broken(reason),
  };

  #finish(): PickleValue {
    const result = this.#pop();
    if (this.#stack.length > 0) throw this.#broken('leaves values behind');
    return result;
  }

  #global(name: string): PickleGlobal {
    if (!this.#meaning.callables.has(name) && !this.#meaning.names.has(name))
      throw checkpointUnsafe(this.#path, quoted(name));
    return new PickleGlobal(name);
  }

  #call(callable: PickleValue, args: PickleValue): PickleValue {
    const run = callable instanceof PickleGlobal ? this.#meaning.callables.get(callable.name) : undefined;
    if (run === undefined) throw checkpointUnsafe(this.#path, `a call of ${describeValue(callable)}`);
    if (!(args instanceof PickleTuple)) throw this.#broken('calls something without a list of arguments');
    return run(args.items);
  }

  /** An `OrderedDict` of PyTorch carries `_metadata`, the versions of its modules, which no tensor depends on. */
  #build(target: PickleValue, state: PickleValue): void {
    if (!(target instanceof PickleDict) || !(state instanceof PickleDict))
      throw checkpointUnsafe(this.#path, `an object to be built from a state (${describeValue(target)})`);
    for (const name of state.entries.keys()) {
      if (name !== '_metadata')
        throw checkpointUnsafe(this.#path, `the attribute ${describeValue(name)} of a dictionary`);
    }
  }

  #unknownOperation(opcode: number, at: number): Error {
    const found = refusedOperations.get(opcode);
    if (found !== undefined) return checkpointUnsafe(this.#path, `${found} (at byte ${at} of its pickle)`);
    return this.#broken(`has no operation 0x${opcode.toString(16)} (at byte ${at})`);
  }

  #byte(): number {
    return this.#number(1, (at) => this.#view.getUint8(at));
  }

  #uint(size: 1 | 2 | 4 | 8): number {
    const value = this.#number(size, (at) => {
      if (size === 1) return this.#view.getUint8(at);
      if (size === 2) return this.#view.getUint16(at, true);
      return size === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true));
    });
    if (!Number.isSafeInteger(value)) throw this.#broken(`claims a length of ${value}`);
    return value;
  }

  #number(size: number, read: (at: number) => number): number {
    const at = this.#at;
    this.#advance(size);
    return read(at);
  }

  #slice(length: number): Uint8Array {
    const at = this.#at;
    this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  #advance(length: number): void {
    if (this.#at + length > this.#bytes.length) throw this.#broken('ends in the middle');
    this.#at += length;
  }

  #line(): string {
    const end = this.#bytes.indexOf(10, this.#at);
    if (end < 0) throw this.#broken('ends in the middle');
    const text = this.#text(this.#bytes.subarray(this.#at, end));
    this.#at = end + 1;
    return text;
  }

  #text(bytes: Uint8Array): string {
    return new TextDecoder().decode(bytes);
  }

  #pop(): PickleValue {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #top(): PickleValue {
    const value = this.#stack.at(-1);
    if (value === undefined || typeof value === 'symbol') throw this.#broken('takes from an empty stack');
    return value;
  }

  #popToMark(): PickleValue[] {
    const at = this.#stack.lastIndexOf(mark);
    if (at < 0) throw this.#broken('closes what it never opened');
    return this.#stack.splice(at).slice(1) as PickleValue[];
  }

  #broken(reason: string): Error {
    return checkpointDamaged(this.#path, `its pickle ${reason}`);
  }
}

/** What operations work on. */
interface Machine {
  byte(): number;
  uint(size: 1 | 2 | 4 | 8): number;
  int32(): number;
  float64(): number;
  bytes(length: number): Uint8Array;
  text(length: number): string;
  line(): string;
  push(value: PickleValue): void;
  mark(): void;
  pop(): PickleValue;
  drop(): void;
  popToMark(): PickleValue[];
  memoize(index?: number): void;
  recall(index: number): void;
  global(name: string): PickleGlobal;
  call(callable: PickleValue, args: PickleValue): PickleValue;
  persistent(id: PickleValue): PickleValue;
  build(target: PickleValue, state: PickleValue): void;
  top(): PickleValue;
  broken(reason: string): Error;
}

const operations: ReadonlyMap<number, (machine: Machine) => void> = new Map(
  Object.entries<(machine: Machine) => void>({
    '\x80': (m) => {
      const protocol = m.byte();
      if (protocol > highestProtocol) throw m.broken(`is of protocol ${protocol}`);
    },
    '\x95': (m) => void m.uint(8),
    '(': (m) => m.mark(),
    '0': (m) => m.drop(),
    '1': (m) => void m.popToMark(),
    '2': (m) => m.push(m.top()),
    N: (m) => m.push(null),
    '\x88': (m) => m.push(true),
    '\x89': (m) => m.push(false),
    K: (m) => m.push(m.uint(1)),
    M: (m) => m.push(m.uint(2)),
    J: (m) => m.push(m.int32()),
    '\x8a': (m) => m.push(longOf(m, m.uint(1))),
    '\x8b': (m) => m.push(longOf(m, m.uint(4))),
    G: (m) => m.push(m.float64()),
    X: (m) => m.push(m.text(m.uint(4))),
    '\x8c': (m) => m.push(m.text(m.uint(1))),
    '\x8d': (m) => m.push(m.text(m.uint(8))),
    B: (m) => m.push(m.bytes(m.uint(4))),
    C: (m) => m.push(m.bytes(m.uint(1))),
    '\x8e': (m) => m.push(m.bytes(m.uint(8))),
    ')': (m) => m.push(new PickleTuple([])),
    '\x85': (m) => m.push(new PickleTuple(takeLast(m, 1))),
    '\x86': (m) => m.push(new PickleTuple(takeLast(m, 2))),
    '\x87': (m) => m.push(new PickleTuple(takeLast(m, 3))),
    t: (m) => m.push(new PickleTuple(m.popToMark())),
    ']': (m) => m.push(new PickleList()),
    a: (m) => appendInto(m, [m.pop()]),
    e: (m) => appendInto(m, m.popToMark()),
    '}': (m) => m.push(new PickleDict()),
    s: (m) => setInto(m, takeLast(m, 2)),
    u: (m) => setInto(m, m.popToMark()),
    q: (m) => m.memoize(m.uint(1)),
    r: (m) => m.memoize(m.uint(4)),
    '\x94': (m) => m.memoize(),
    h: (m) => m.recall(m.uint(1)),
    j: (m) => m.recall(m.uint(4)),
    c: (m) => m.push(m.global(`${m.line()}.${m.line()}`)),
    '\x93': (m) => {
      const [module, name] = takeLast(m, 2);
      if (typeof module !== 'string' || typeof name !== 'string')
        throw m.broken('asks for something without a name');
      m.push(m.global(`${module}.${name}`));
    },
    R: (m) => {
      const args = m.pop();
      m.push(m.call(m.pop(), args));
    },
    Q: (m) => m.push(m.persistent(m.pop())),
    b: (m) => {
      const state = m.pop();
      m.build(m.top(), state);
    },
  }).map(([character, operation]) => [code(character), operation]),
);

/** Operations that make objects of classes, or reach for what lies outside of the file. */
const refusedOperations: ReadonlyMap<number, string> = new Map(
  Object.entries({
    i: 'an instance of a class (INST)',
    o: 'an instance of a class (OBJ)',
    '\x81': 'an instance of a class (NEWOBJ)',
    '\x92': 'an instance of a class (NEWOBJ_EX)',
    '\x82': 'a registered extension (EXT1)',
    '\x83': 'a registered extension (EXT2)',
    '\x84': 'a registered extension (EXT4)',
    P: 'an object outside of the file (PERSID)',
    '\x97': 'a buffer outside of the file (NEXT_BUFFER)',
  }).map(([character, what]) => [code(character), what]),
);

function takeLast(machine: Machine, count: number): PickleValue[] {
  return Array.from({ length: count }, () => machine.pop()).reverse();
}

function appendInto(machine: Machine, values: readonly PickleValue[]): void {
  const list = machine.top();
  if (!(list instanceof PickleList)) throw machine.broken('appends to what is no list');
  for (const value of values) list.items.push(value);
}

function setInto(machine: Machine, values: readonly PickleValue[]): void {
  const dict = machine.top();
  if (!(dict instanceof PickleDict)) throw machine.broken('sets a key of what is no dictionary');
  if (values.length % 2 !== 0) throw machine.broken('sets a key to nothing');
  for (let i = 0; i < values.length; i += 2)
    dict.entries.set(values[i] as PickleValue, values[i + 1] as PickleValue);
}

/** Two's complement, little-endian. Longer numbers than 8 bytes stand nowhere in a file of tensors. */
function longOf(machine: Machine, length: number): number | bigint {
  if (length > 8) throw machine.broken(`holds a number of ${length} bytes`);
  const bytes = machine.bytes(length);
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0);
  const signed = BigInt.asIntN(Math.max(8 * length, 1), value);
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

/** In a message: short, whatever the value holds. */
export function describeValue(value: PickleValue): string {
  if (value instanceof PickleGlobal) return quoted(value.name);
  if (value instanceof PickleTuple) return `a tuple of ${value.items.length}`;
  if (value instanceof PickleList) return `a list of ${value.items.length}`;
  if (value instanceof PickleDict) return `a dictionary of ${value.entries.size}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (typeof value === 'string') return quoted(value);
  return typeof value === 'object' && value !== null ? 'a tensor' : String(value);
}

/** Text from the file on its way to a terminal. */
function quoted(text: string): string {
  const shown = text.length <= 80 ? text : `${text.slice(0, 77)}...`;
  return JSON.stringify(shown).replaceAll(/[\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '?');
}

function code(character: string): number {
  return character.charCodeAt(0);
}
