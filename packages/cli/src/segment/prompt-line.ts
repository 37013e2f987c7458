import { type BoxXyxy, boxNotFinite, type PromptPoint, pointNotFinite, promptEmpty } from '@calque/core';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { Errors } from 'typebox/value';
import { lineInvalid, quoted, withRemedy } from '../errors.ts';

/** One line of a prompts file. */
export interface PromptLine {
  readonly image: string;
  readonly id?: string | number;
  readonly box: BoxXyxy | null;
  readonly points: readonly PromptPoint[];
}

const number = Type.Number();

const point = Type.Object({ x: number, y: number, label: Type.Enum(['foreground', 'background']) });

const schema = Type.Object({
  image: Type.String({ minLength: 1 }),
  box: Type.Optional(Type.Union([Type.Null(), Type.Tuple([number, number, number, number])])),
  points: Type.Optional(Type.Array(point)),
  id: Type.Optional(Type.Union([Type.String(), number])),
});

const validator = Compile(schema);

/** Parses one line. Throws `line-invalid` or `prompt-empty`. Names that are not known are left alone. */
export function parsePromptLine(text: string): PromptLine {
  const value = parseJson(text);
  if (!validator.Check(value)) throw firstFault(value);
  const { image, box, points = [], id } = value;
  if ((box ?? null) === null && points.length === 0) {
    throw withRemedy(promptEmpty(), unknownNames(value) ?? 'Add "box" or "points"');
  }
  return {
    image,
    ...(id === undefined ? {} : { id }),
    box: box == null ? null : { x1: box[0], y1: box[1], x2: box[2], y2: box[3] },
    points: points.map(({ x, y, label }) => ({ x, y, label })),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw lineInvalid(`it is not JSON (${(error as Error).message})`, 'one JSON object a line');
  }
}

/** The deepest fault says most: `points[1].label` rather than `points`. */
function firstFault(value: unknown): Error {
  const faults = [...Errors(schema, value)];
  const deepest = faults.sort((a, b) => depth(b.instancePath) - depth(a.instancePath))[0];
  const path = deepest?.instancePath ?? '';
  const infinite = notFinite(value, path);
  if (infinite !== null) return infinite;
  const missing = deepest?.keyword === 'required' ? (deepest.params.requiredProperties[0] ?? '') : '';
  const full = missing === '' ? path : `${path}/${missing}`;
  const found = missing === '' ? `is ${describe(at(value, path))}` : 'is missing';
  const name =
    full === ''
      ? 'the line'
      : full
          .slice(1)
          .replaceAll(/\/(\d+)/g, '[$1]')
          .replaceAll('/', '.');
  const { code, expected } = expectationAt(full);
  return lineInvalid(`${name} ${found}`, expected, code);
}

/** JSON has no such numbers, but 1e999 is read as one. */
function notFinite(value: unknown, pointer: string): Error | null {
  const found = at(value, pointer);
  if (typeof found !== 'number' || Number.isFinite(found)) return null;
  const [, field, index = ''] = pointer.split('/');
  const point = at(value, `/points/${index}`);
  if (field === 'points' && isObject(point)) return pointNotFinite(point as PromptPoint, Number(index));
  const box = at(value, '/box');
  if (field !== 'box' || !Array.isArray(box)) return null;
  const [x1, y1, x2, y2] = box as [number, number, number, number];
  return boxNotFinite({ x1, y1, x2, y2 });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function depth(pointer: string): number {
  return pointer.split('/').length;
}

function at(value: unknown, pointer: string): unknown {
  return pointer
    .split('/')
    .slice(1)
    .reduce<unknown>(
      (inner, name) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, name) : undefined),
      value,
    );
}

function describe(value: unknown): string {
  return value === undefined ? 'missing' : quotedJson(JSON.stringify(value) ?? String(value));
}

function quotedJson(text: string): string {
  return quoted(text).slice(1, -1);
}

interface Expectation {
  readonly at: RegExp;
  readonly code: string;
  readonly expected: string;
}

const LINE = { at: /^$/, code: 'line-invalid', expected: '{"image", "box"?, "points"?, "id"?}' };

const EXPECTATIONS: readonly Expectation[] = [
  LINE,
  { at: /^\/image$/, code: 'line-invalid', expected: 'the path of an image as a text' },
  { at: /^\/id$/, code: 'line-invalid', expected: 'a text or a number' },
  { at: /^\/box\/\d+$/, code: 'box-syntax', expected: 'a number' },
  { at: /^\/box$/, code: 'box-syntax', expected: '[x1, y1, x2, y2], four numbers' },
  { at: /^\/points$/, code: 'point-syntax', expected: 'a list of {"x", "y", "label"}' },
  { at: /^\/points\/\d+$/, code: 'point-syntax', expected: '{"x", "y", "label"}' },
  { at: /^\/points\/\d+\/[xy]$/, code: 'point-syntax', expected: 'a number' },
  { at: /^\/points\/\d+\/label$/, code: 'point-label-unknown', expected: '"foreground" or "background"' },
];

function expectationAt(pointer: string): Expectation {
  return EXPECTATIONS.find(({ at }) => at.test(pointer)) ?? LINE;
}

function unknownNames(value: object): string | undefined {
  const unknown = Object.keys(value).filter((name) => !(name in schema.properties));
  return unknown.length === 0 ? undefined : `Not understood: ${unknown.map(quoted).join(', ')}`;
}
