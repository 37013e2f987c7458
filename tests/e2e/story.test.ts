import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BoxXyxy, countsFromString, decodeRle, documentOf } from '@calque/core';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openChromium } from '../browser/open-chromium.ts';
import { ServedFolder } from './served-folder.ts';
import { WorkbenchPage } from './workbench-page.ts';

const mug: BoxXyxy = { x1: 149, y1: 149, x2: 388, y2: 370 };
const donut: BoxXyxy = { x1: 459, y1: 295, x2: 659, y2: 430 };
const MUG = 1;

let browser: Browser;
let served: ServedFolder;
let workbench: WorkbenchPage;

beforeAll(async () => {
  browser = await openChromium();
  served = await ServedFolder.create({ images: { 'table.jpg': 'breakfast.jpg', 'desk.jpg': 'desk.jpg' } });
  await served.start();
});
afterAll(async () => {
  await browser.close();
  await served.remove();
});

async function annotations() {
  const image = await served.image('table.jpg');
  const params = { datasetId: image.datasetId, imageId: image.id };
  const { entries } = await served.client.call('readDocument', { params });
  return [...documentOf(entries.map(({ entry }) => entry as never)).annotations.values()];
}

/** IoU of a stored mask with the object of the sample that it is meant to be. */
async function iouWithTruth(maskId: string, label: number): Promise<number> {
  const image = await served.image('table.jpg');
  const params = { datasetId: image.datasetId, imageId: image.id, maskId };
  const { size, counts } = await served.client.call('readMask', { params });
  const [height, width] = size;
  const mask = decodeRle(countsFromString(counts, { width, height }));
  const labels = await readFile(join(process.cwd(), 'samples/breakfast.labels.png'));
  const { data, info } = await sharp(labels).raw().toBuffer({ resolveWithObject: true });
  let [both, either] = [0, 0];
  for (let i = 0; i < mask.data.length; i++) {
    const [found, right] = [mask.data[i] === 1, data[i * info.channels] === label];
    if (found && right) both++;
    if (found || right) either++;
  }
  return both / either;
}

// One story in its order: each part begins where the one before it ended.
describe('a person with a folder of images', { sequential: true }, () => {
  test('is let in with the token alone', async () => {
    const answer = await fetch(`${served.origin}/api/datasets`);
    expect(answer.status).toBe(401);
    const stranger = await WorkbenchPage.open(browser, served.origin);
    await stranger.page.getByLabel('Access token').waitFor();
    await stranger.close();
    workbench = await WorkbenchPage.open(browser, served.address);
    await workbench.canvas.waitFor();
    expect(new URL(workbench.page.url()).search).toBe('');
  });

  test('draws a box, and has the mask of what is in it', async () => {
    await workbench.page.getByRole('button', { name: 'table.jpg' }).click();
    await workbench.page.getByRole('application', { name: /table/ }).waitFor();
    const area = await workbench.maskAfter(() => workbench.dragBox(mug));
    expect(area).toBeGreaterThan(20_000);
    await workbench.saved();
    const [annotation] = await annotations();
    for (const corner of ['x1', 'y1', 'x2', 'y2'] as const) {
      expect(Math.abs((annotation?.prompt.box?.[corner] ?? 0) - mug[corner])).toBeLessThan(4);
    }
  });

  test('takes away with a background point what does not belong to it', async () => {
    const before = await workbench.area();
    const after = await workbench.maskAfter(() => workbench.click({ x: 170, y: 340 }, 'right'));
    expect(after).not.toBe(before);
    const [annotation] = await annotations();
    expect(annotation?.prompt.points.map(({ label }) => label)).toEqual(['background']);
  });

  test('compares the two', async () => {
    await workbench.page.getByRole('tab', { name: 'Compare' }).click();
    const comparison = workbench.page.getByRole('region', { name: 'Comparison' });
    await comparison.waitFor();
    await workbench.page.getByRole('row', { name: /^Area/ }).first().waitFor();
    await workbench.page.getByRole('tab', { name: 'Result' }).click();
  });

  test('accepts, takes it back, and accepts again', async () => {
    await workbench.review('Accept').click();
    await workbench.review('Accepted').waitFor();
    await workbench.press('z');
    await workbench.review('Accept').waitFor();
    expect((await annotations())[0]?.review.status).toBeDefined();
    await workbench.press('Shift+z');
    await workbench.review('Accepted').waitFor();
    await workbench.saved();
    const [annotation] = await annotations();
    const { review } = annotation ?? {};
    if (review?.status !== 'accepted') throw new Error('the server does not know that it was accepted');
    expect(await iouWithTruth(review.maskId, MUG)).toBeGreaterThan(0.9);
  });

  test('finds everything after a reload, and the model is not asked again', async () => {
    const area = await workbench.area();
    const asked: string[] = [];
    workbench.page.on('request', (request) => {
      if (request.method() !== 'POST' || !request.url().endsWith('/predictions')) return;
      const { preview } = request.postDataJSON() as { preview?: boolean };
      if (preview !== true) asked.push(request.url());
    });
    await workbench.page.reload();
    await workbench.object('Object 1').click();
    await workbench.mask.waitFor({ state: 'attached' });
    expect(await workbench.area()).toBe(area);
    await workbench.review('Accepted').waitFor();
    expect(asked).toEqual([]);
  });

  test('loses nothing when the server is killed in the middle of a gesture', async () => {
    await workbench.press('n');
    const drawn = workbench.dragBox(donut);
    await Promise.all([drawn, served.kill()]);
    await workbench.object('Object 2').waitFor();
    await workbench.save.filter({ hasText: 'Kept here' }).waitFor();
    await served.start();
    await workbench.saved();
    await workbench.mask.waitFor({ state: 'attached' });
    const boxes = (await annotations()).map(({ prompt }) => Math.round(prompt.box?.x1 ?? 0));
    expect(boxes).toHaveLength(2);
    expect(Math.abs((boxes[1] ?? 0) - donut.x1)).toBeLessThan(4);
  });

  test('finds it on another machine, too', async () => {
    await workbench.close();
    workbench = await WorkbenchPage.open(browser, served.address);
    const image = await served.image('table.jpg');
    await workbench.page.goto(`${served.origin}/d/${image.datasetId}/i/${image.id}`);
    await workbench.object('Object 2').click();
    await workbench.mask.waitFor({ state: 'attached' });
    expect(await workbench.area()).toBeGreaterThan(15_000);
  });

  test('sees in one window what is done in another', async () => {
    const second = await workbench.tab(workbench.page.url());
    await second.object('Object 2').click();
    await second.review('Accept').click();
    await workbench.review('Accepted').waitFor();
    await workbench.press('n');
    await workbench.dragBox({ x1: 473, y1: 160, x2: 617, y2: 296 });
    await second.object('Object 3').waitFor();
    await second.page.close();
    await workbench.close();
  });
});
