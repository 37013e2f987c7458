import type { Fallback } from '@calque/engine';
import type { ModelManifest } from '@calque/models';
import type { ModelStore, ResolvedModel, StoredModel } from '@calque/models/node';

/**
 * The installed models that need less memory than this one, by the size of their encoders, the largest first: the same
 * model at a lower precision before others.
 */
export async function smallerModels(
  store: Pick<ModelStore, 'list' | 'resolve' | 'manifest'>,
  id: string,
): Promise<readonly Fallback<ResolvedModel>[]> {
  const own = store.manifest(id);
  const found = (await store.list())
    .filter(({ manifest, state }) => state === 'installed' && isSmaller(manifest, own))
    .map(({ manifest }) => ({ manifest, step: stepTo(manifest, own) }))
    .sort((a, b) => STEPS.indexOf(a.step) - STEPS.indexOf(b.step) || encoderSize(b) - encoderSize(a));
  const resolved = await Promise.allSettled(
    found.map(async ({ manifest, step }) => ({ step, model: await store.resolve(manifest.id) })),
  );
  // One whose files are damaged is none.
  return resolved.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

const STEPS = ['lower-precision', 'smaller-model'] as const;

function stepTo(other: ModelManifest, own: ModelManifest): (typeof STEPS)[number] {
  return other.family === own.family && other.variant === own.variant ? 'lower-precision' : 'smaller-model';
}

function isSmaller(other: ModelManifest, own: ModelManifest): boolean {
  return other.encoder.sizeBytes < own.encoder.sizeBytes;
}

function encoderSize({ manifest }: Pick<StoredModel, 'manifest'>): number {
  return manifest.encoder.sizeBytes;
}
