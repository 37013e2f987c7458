import type { CalqueError } from '../calque-error.ts';
import { recordInvalid } from '../errors.ts';

const MAX_TEXT_LENGTH = 65_536;

type Refusal = (path: string, found: string, expected: string) => CalqueError;

/**
 * A value of unknown shape and where it stands in its document, as `$.mask.rle.size[0]`. Reads it, or throws what `refusal`
 * makes of it: `record-invalid` unless another one is given.
 */
export class JsonNode {
  readonly value: unknown;
  readonly path: string;
  readonly #refusal: Refusal;

  constructor(value: unknown, path: string, refusal: Refusal = recordInvalid) {
    this.value = value;
    this.path = path;
    this.#refusal = refusal;
  }

  fail(expected: string): never {
    throw this.#refusal(this.path, describe(this.value), expected);
  }

  field(name: string): JsonNode {
    const object = this.value;
    if (typeof object !== 'object' || object === null || Array.isArray(object)) return this.fail('an object');
    // Only what the document says: never what the prototype of objects holds.
    const value = Object.hasOwn(object, name) ? (object as Record<string, unknown>)[name] : undefined;
    return new JsonNode(value, `${this.path}.${name}`, this.#refusal);
  }

  items(maxLength: number): JsonNode[] {
    const list = this.value;
    if (!Array.isArray(list)) return this.fail('an array');
    if (list.length > maxLength) return this.fail(`an array of at most ${maxLength} entries`);
    return Array.from(
      list,
      (value: unknown, index) => new JsonNode(value, `${this.path}[${index}]`, this.#refusal),
    );
  }

  isAbsent(): boolean {
    return this.value === undefined;
  }

  orNull<T>(read: (node: JsonNode) => T): T | null {
    return this.value === null ? null : read(this);
  }

  text(maxLength: number = MAX_TEXT_LENGTH): string {
    const { value } = this;
    if (typeof value !== 'string') return this.fail('a string');
    if (value.length > maxLength) return this.fail(`a string of at most ${maxLength} characters`);
    return value;
  }

  textLike(pattern: RegExp, expected: string): string {
    const text = this.text();
    return pattern.test(text) ? text : this.fail(expected);
  }

  oneOf<T extends string>(allowed: readonly T[]): T {
    const found = allowed.find((candidate) => candidate === this.value);
    return found ?? this.fail(allowed.map((candidate) => `"${candidate}"`).join(' or '));
  }

  textOrNumber(): string | number {
    return typeof this.value === 'number' ? this.finite() : this.text();
  }

  finite(): number {
    const { value } = this;
    return typeof value === 'number' && Number.isFinite(value) ? value : this.fail('a finite number');
  }

  numberFrom(min: number, max: number): number {
    const { value } = this;
    if (typeof value === 'number' && value >= min && value <= max && Number.isFinite(value)) return value;
    return this.fail(
      max === Number.POSITIVE_INFINITY ? `a number of ${min} or more` : `a number from ${min} to ${max}`,
    );
  }

  integerFrom(min: number, max: number): number {
    const { value } = this;
    if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
    return this.fail(`an integer from ${min} to ${max}`);
  }
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'string')
    return value.length > 30 ? `a string of ${value.length}` : JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
