import { join } from 'node:path';
import { predictionKeyOf, type WirePrediction, type WirePrompt } from '@calque/api';
import { type BoxXyxy, countsFromString, rleIou } from '@calque/core';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../architecture/workspace.ts';
import { openChromium } from '../browser/open-chromium.ts';
import { ServedFolder } from './served-folder.ts';
import { WorkbenchPage } from './workbench-page.ts';

const mug: BoxXyxy = { x1: 149, y1: 149, x2: 388, y2: 370 };

let browser: Browser;
let served: ServedFolder;
let workbench: WorkbenchPage;

beforeAll(async () => {
  browser = await openChromium();
});
afterAll(() => browser.close());

afterEach(async () => {
  await workbench.close();
  await served.remove();
});

const prompt: WirePrompt = { box: mug, points: [], maskId: null };

async function recordedOf(name: string, model: string): Promise<WirePrediction[]> {
  const { client } = served;
  const image = await served.image(name);
  const models = await client.call('listModels', {});
  const files = models.find(({ id }) => id === model)?.files ?? [];
  const key = predictionKeyOf({ imageSha256: image.sha256 ?? '', model: { id: model, files }, prompt });
  const params = { datasetId: image.datasetId, imageId: image.id };
  return client.call('findPredictions', { params, body: { keys: [key] } });
}

/** The same box, answered in the browser by the page and then by the server. */
async function askedInBoth(
  model: string,
): Promise<{ readonly server: WirePrediction; readonly browser: WirePrediction }> {
  await workbench.chooseDecoder('In this browser');
  await workbench.page.getByRole('button', { name: 'Where prompts are answered: Browser' }).waitFor();
  const recorded = workbench.page.waitForResponse(/predictions\/recorded$/);
  await workbench.typeBox(mug);
  await recorded;
  const own = (await recordedOf('table.jpg', model)).find(({ where }) => where === 'browser');
  if (own === undefined) throw new Error('what the browser answered is not on record');
  const image = await served.image('table.jpg');
  const params = { datasetId: image.datasetId, imageId: image.id };
  const server = await served.client.call('predict', { params, body: { prompt, model } });
  expect(server.where).toBe('server');
  return { server, browser: own };
}

function expectSameMasks(first: WirePrediction, second: WirePrediction): void {
  expect(second.candidates).toHaveLength(first.candidates.length);
  expect(second.best).toBe(first.best);
  for (const [i, { rle, score }] of first.candidates.entries()) {
    const other = second.candidates[i] ?? first.candidates[0];
    const [height, width] = rle.size;
    const iou = rleIou(
      countsFromString(rle.counts, { width, height }),
      countsFromString(other?.rle.counts ?? '', { width, height }),
    );
    expect(iou).toBeGreaterThanOrEqual(0.999);
    expect(other?.score).toBeCloseTo(score, 3);
  }
}

describe('with the default model', () => {
  beforeEach(async () => {
    served = await ServedFolder.create({ images: { 'table.jpg': 'breakfast.jpg' } });
    await served.start();
    workbench = await WorkbenchPage.open(browser, served.address);
  });

  test('server and browser give the same masks', async () => {
    const { server, browser: own } = await askedInBoth('sam2-hiera-tiny');
    expectSameMasks(server, own);
    expect(own.provider).toBe('wasm');
  });

  test('the faster one is found by measuring, in a page that may use threads', async () => {
    const said = await workbench.measured();
    expect(said).toMatch(/The server answers in \d+ ms|This browser answers in \d+ ms/);
    expect(said).toContain('WebAssembly');
    expect(said).not.toContain('not isolated');
  });

  test('the browser goes on when the server is killed, and its masks are on record afterwards', async () => {
    await workbench.measured();
    await served.kill();
    const area = await workbench.maskAfter(() => workbench.typeBox(mug));
    expect(area).toBeGreaterThan(10_000);
    await workbench.page.getByRole('button', { name: 'Where prompts are answered: Browser' }).waitFor();
    const recorded = workbench.page.waitForResponse(/predictions\/recorded$/);
    await served.start();
    await recorded;
    await workbench.saved();
    const [prediction] = await recordedOf('table.jpg', 'sam2-hiera-tiny');
    expect(prediction?.where).toBe('browser');
    expect(prediction?.candidates.map(({ areaPx }) => areaPx)).toContain(area);
  });
});

test('an imported model, whose graphs have other names, gives the same masks in both', async () => {
  const checkpoint = join(repositoryRoot, 'fixtures/golden/sam1-micro/sam1-micro.pth');
  served = await ServedFolder.create({ images: { 'table.jpg': 'breakfast.jpg' }, models: [] });
  await served.run('models', 'import', checkpoint, '--id', 'micro');
  await served.start({ model: 'micro' });
  workbench = await WorkbenchPage.open(browser, served.address);
  const { server, browser: own } = await askedInBoth('micro');
  expectSameMasks(server, own);
});
