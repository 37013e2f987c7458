import type { Annotation, Entry } from '@calque/core';
import type { Static } from 'typebox';
import { expectTypeOf, test } from 'vitest';
import type { AnnotationSchema, EntrySchema } from './annotation.ts';

test('what the interface takes as an annotation is what the core means by one', () => {
  expectTypeOf<Static<typeof AnnotationSchema>>().toExtend<Annotation>();
  expectTypeOf<Annotation>().toExtend<DeepReadonly<Static<typeof AnnotationSchema>>>();
});

test('what the interface takes as an entry is what the core means by one', () => {
  expectTypeOf<Static<typeof EntrySchema>>().toExtend<Entry>();
  expectTypeOf<Entry>().toExtend<DeepReadonly<Static<typeof EntrySchema>>>();
});

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;
