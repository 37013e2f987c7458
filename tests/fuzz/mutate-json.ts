import { mutateBytes } from './mutate-bytes.ts';
import type { RandomSource } from './random-source.ts';

/** Written out, so that what JSON cannot say in JavaScript (1e999, a key twice) is among it. */
const FRAGMENTS: readonly string[] = [
  'null',
  'true',
  'false',
  '0',
  '-1',
  '-0',
  '0.5',
  '1e999',
  '-1e999',
  '1e-400',
  '4294967296',
  '9007199254740993',
  '1e308',
  '""',
  '"\\u0000"',
  '"\\ud800"',
  '"../../../etc/passwd"',
  '"__proto__"',
  '"constructor"',
  '"%00"',
  '"\\u202e"',
  '[]',
  '{}',
  '[[]]',
  '[null]',
  '{"__proto__":{"polluted":true}}',
  '{"length":4294967295}',
  '{"toJSON":1}',
  '{"toString":null}',
];

const KEYS = ['__proto__', 'constructor', 'prototype', 'length', 'toJSON', 'then', '', 'id', '0'];

/** What stands for a value that is not valid in JavaScript until the text is made. */
class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A changed copy of one of the values as text: one to four changes of its structure, and now and then of its bytes. */
export function mutateJson(seeds: readonly unknown[], random: RandomSource): string {
  let value: unknown = structuredClone(random.pick(seeds));
  for (let changes = 1 + random.below(4); changes > 0; changes--) value = changed(value, random);
  const text = textOf(value);
  if (!random.chance(6)) return text;
  return Buffer.from(mutateBytes([Buffer.from(text)], random)).toString('utf8');
}

/** Walks down from the root a random way, and changes what it ends at. */
function changed(value: unknown, random: RandomSource): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Raw || random.chance(8)) {
    return replacement(value, random);
  }
  const entries = Array.isArray(value) ? value : Object.values(value);
  if (entries.length === 0 || random.chance(8)) return reshaped(value, random);
  return Array.isArray(value) ? changedItem(value, random) : changedField(value, random);
}

function changedItem(list: readonly unknown[], random: RandomSource): unknown[] {
  const at = random.below(list.length);
  return list.map((item, index) => (index === at ? changed(item, random) : item));
}

function changedField(object: object, random: RandomSource): object {
  const name = random.pick(Object.keys(object));
  return Object.fromEntries(
    Object.entries(object).map(([key, item]) => [key, key === name ? changed(item, random) : item]),
  );
}

function replacement(value: unknown, random: RandomSource): unknown {
  if (typeof value === 'number' && random.chance(2))
    return value + random.pick([-1, 1, 0.5, 1000, -value, 2 ** 31]);
  if (typeof value === 'string' && value !== '' && random.chance(2)) return changedText(value, random);
  if (random.chance(40)) return new Raw(random.pick(['[', '{"a":']).repeat(1 + random.below(20_000)));
  return new Raw(random.pick(FRAGMENTS));
}

function changedText(text: string, random: RandomSource): string {
  if (random.chance(20)) return text.repeat(1 + random.below(2000));
  return Buffer.from(mutateBytes([Buffer.from(text)], random)).toString('latin1');
}

/** An entry more or less, twice, or under another name. */
function reshaped(value: object, random: RandomSource): unknown {
  if (Array.isArray(value)) {
    const at = random.below(value.length + 1);
    const list = value as readonly unknown[];
    if (random.chance(2)) return list.filter((_, index) => index !== at);
    const more = list.length === 0 ? [new Raw(random.pick(FRAGMENTS))] : [random.pick(list)];
    const times = random.chance(10) ? 300 : 1;
    return [...list.slice(0, at), ...Array.from({ length: times }, () => more[0]), ...list.slice(at)];
  }
  const entries = Object.entries(value);
  const name = entries.length === 0 ? '' : random.pick(entries)[0];
  if (random.chance(2)) return Object.fromEntries(entries.filter(([key]) => key !== name));
  return Object.fromEntries([...entries, [random.pick(KEYS), new Raw(random.pick(FRAGMENTS))]]);
}

function textOf(value: unknown): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(textOf).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return `{${Object.entries(value)
    .map(([key, item]) => `${JSON.stringify(key)}:${textOf(item)}`)
    .join(',')}}`;
}
