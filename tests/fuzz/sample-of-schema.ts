import type { Route } from '@calque/api';
import type { RandomSource } from './random-source.ts';

type TSchema = NonNullable<Route['body']>;

interface Loose {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly TSchema[];
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
  readonly items?: TSchema | readonly TSchema[];
  readonly prefixItems?: readonly TSchema[];
  readonly minItems?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly patternProperties?: Readonly<Record<string, TSchema>>;
}

/** A value that fits a schema: what is optional is there half the time. `texts` are what texts with a pattern are chosen from. */
export function sampleOfSchema(schema: TSchema, texts: readonly string[], random: RandomSource): unknown {
  const at = schema as Loose;
  const sample = (inner: TSchema): unknown => sampleOfSchema(inner, texts, random);
  if (at.const !== undefined) return at.const;
  if (at.enum !== undefined) return random.pick(at.enum);
  if (at.anyOf !== undefined) return sample(random.pick(at.anyOf));
  switch (at.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(at.properties ?? {})
          .filter(([name]) => at.required?.includes(name) === true || random.chance(2))
          .map(([name, inner]) => [name, sample(inner)]),
      );
    case 'array': {
      const tuple = at.prefixItems ?? (Array.isArray(at.items) ? (at.items as readonly TSchema[]) : null);
      if (tuple !== null) return tuple.map(sample);
      const length = Math.max(at.minItems ?? 0, random.below(3));
      return Array.from({ length }, () => sample(at.items as TSchema));
    }
    case 'integer':
      return (at.minimum ?? 0) + random.below(Math.min(20, (at.maximum ?? 20) - (at.minimum ?? 0) + 1));
    case 'number':
      return (at.minimum ?? at.exclusiveMinimum ?? 0) + random.below(40) / 8;
    case 'boolean':
      return random.chance(2);
    case 'null':
      return null;
    case 'string':
      return textOf(at, texts, random);
    default:
      return {};
  }
}

function textOf({ pattern }: Loose, texts: readonly string[], random: RandomSource): string {
  const fitting = pattern === undefined ? texts : texts.filter((text) => new RegExp(pattern).test(text));
  return fitting.length === 0 ? 'a' : random.pick(fitting);
}
