import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { objectsOfLabelMap } from '@calque/core';
import { type EvaluatedImage, evaluateImage } from '@calque/engine';
import { createNodeEngine } from '@calque/engine/node';
import { createModelStore } from '@calque/models/node';
import sharp from 'sharp';
import type { BenchmarkOptions, BenchmarkResult } from './benchmark.ts';

const CHILD_ENTRY = pathToFileURL(join('packages', 'cli', 'dist', 'inference-child.js'));
const SAMPLES = 'samples';

/** How much of an evaluation the runtime itself takes: the rest is reading, comparing and placing clicks. */
export async function run({ quick }: BenchmarkOptions): Promise<BenchmarkResult> {
  const model = await createModelStore().ensure('sam2-hiera-tiny');
  const engine = createNodeEngine({ model, childEntry: CHILD_ENTRY, cacheFolder: null, providers: ['cpu'] });
  try {
    await engine.start();
    const started = performance.now();
    let runtimeMs = 0;
    let decodes = 0;
    for (const image of await sampleImages(quick)) {
      const evaluation = await evaluateImage(engine, image, { countClicks: !quick });
      runtimeMs += evaluation.runtimeMs;
      decodes += evaluation.decodes;
    }
    const wallMs = performance.now() - started;
    return {
      name: `eval: sam2-hiera-tiny, ${decodes} prompts`,
      ratios: [{ label: 'wall time / time in the runtime', value: wallMs / runtimeMs, limit: 1 / 0.85 }],
      rows: [
        { label: 'in all', valueMs: wallMs },
        { label: 'in the runtime', valueMs: runtimeMs },
      ],
    };
  } finally {
    await engine.close();
  }
}

interface Sample {
  readonly image: string;
  readonly labels: string;
}

async function sampleImages(quick: boolean): Promise<EvaluatedImage[]> {
  const { images } = JSON.parse(await readFile(join(SAMPLES, 'samples.json'), 'utf8')) as {
    images: Sample[];
  };
  return Promise.all(
    images.slice(0, quick ? 1 : images.length).map(async ({ image, labels }) => {
      const picture = sharp(join(SAMPLES, labels)).extractChannel(0).raw();
      const { data, info } = await picture.toBuffer({ resolveWithObject: true });
      const objects = objectsOfLabelMap({ width: info.width, height: info.height, data });
      return {
        dataset: 'samples',
        name: image,
        source: { kind: 'file' as const, path: join(SAMPLES, image) },
        objects: objects
          .slice(0, quick ? 2 : objects.length)
          .map(({ value, mask }) => ({ object: value, label: null, truth: mask })),
      };
    }),
  );
}
