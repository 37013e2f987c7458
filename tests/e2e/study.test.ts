import { type Annotation, type BoxXyxy, countsFromString, documentOf } from '@calque/core';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openChromium } from '../browser/open-chromium.ts';
import { ServedFolder } from './served-folder.ts';
import { WorkbenchPage } from './workbench-page.ts';

const mug: BoxXyxy = { x1: 149, y1: 149, x2: 388, y2: 370 };
const vase: BoxXyxy = { x1: 90, y1: 167, x2: 273, y2: 470 };
const pearAndBooks: BoxXyxy = { x1: 60, y1: 180, x2: 620, y2: 600 };

let browser: Browser;
let served: ServedFolder;
let workbench: WorkbenchPage;

beforeAll(async () => {
  browser = await openChromium();
  served = await ServedFolder.create({ images: { 'table.jpg': 'breakfast.jpg', 'desk.jpg': 'desk.jpg' } });
  await served.start();
  workbench = await WorkbenchPage.open(browser, served.address);
});
afterAll(async () => {
  await browser.close();
  await served.remove();
});

async function open(name: string): Promise<void> {
  await workbench.page.getByRole('button', { name }).first().click();
  await workbench.page.getByRole('application', { name: new RegExp(name) }).waitFor();
}

async function annotationsOf(name: string): Promise<Annotation[]> {
  const image = await served.image(name);
  const params = { datasetId: image.datasetId, imageId: image.id };
  const { entries } = await served.client.call('readDocument', { params });
  return [...documentOf(entries.map(({ entry }) => entry as never)).annotations.values()];
}

/** Pixels of the stored mask, counted from its runs. */
async function areaOf(name: string, maskId: string): Promise<number> {
  const image = await served.image(name);
  const params = { datasetId: image.datasetId, imageId: image.id, maskId };
  const { size, counts } = await served.client.call('readMask', { params });
  const [height, width] = size;
  return countsFromString(counts, { width, height }).counts.reduce((sum, run, i) => sum + (i % 2) * run, 0);
}

/** Makes a report through the dialog, and reads what its link leads to. */
async function report(language: 'English' | 'Français', format: RegExp): Promise<Buffer> {
  const { page } = workbench;
  // Loaded anew: the dialog of a page that has made one shows where that one is.
  const { datasetId } = await served.image('table.jpg');
  await page.goto(`${served.origin}/d/${datasetId}`);
  await page.getByRole('button', { name: /^Report/ }).click();
  await page.getByRole('radio', { name: language }).check();
  await page.getByRole('radio', { name: format }).check();
  await page.getByRole('button', { name: /^Make (the report|it again)/ }).click();
  const link = page.getByRole('link', { name: /^Open/ });
  await link.waitFor({ timeout: 120_000 });
  const answer = await page.request.get(new URL((await link.getAttribute('href')) ?? '', served.origin).href);
  expect(answer.ok()).toBe(true);
  return answer.body();
}

/** The cells of all rows of all tables. */
function rowsIn(html: string): string[][] {
  return [...html.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, cell = '']) =>
      cell.replaceAll(/<[^>]*>/g, '').trim(),
    ),
  );
}

const digits = (text: string): number => Number(text.replaceAll(/\D/g, ''));

// One study in its order: images are worked on, then it is written up.
describe('a study in the workbench', { sequential: true }, () => {
  test('is work on the images: masks accepted, one rejected with its reason, the sensitivity of a box', async () => {
    await workbench.canvas.waitFor();
    await open('table.jpg');
    await workbench.maskAfter(() => workbench.dragBox(mug));
    await workbench.maskAfter(() => workbench.click({ x: 170, y: 340 }, 'right'));
    await workbench.review('Accept').click();
    await workbench.review('Accepted').waitFor();
    await workbench.press('s');
    await workbench.page
      .getByRole('img', { name: /against the change/ })
      .first()
      .waitFor({ timeout: 120_000 });
    await open('desk.jpg');
    await workbench.maskAfter(() => workbench.dragBox(vase));
    await workbench.review('Accept').click();
    await workbench.review('Accepted').waitFor();
    await workbench.press('n');
    await workbench.maskAfter(() => workbench.dragBox(pearAndBooks));
    await workbench.review('Reject').click();
    await workbench.page.getByRole('radio', { name: 'It takes in too much' }).check();
    await workbench.page.getByRole('dialog').getByRole('button', { name: 'Reject' }).click();
    await workbench.review('Rejected').waitFor();
    await workbench.saved();
  });

  test.each([
    ['English', 'takes in too much'],
    ['Français', 'déborde de l’objet'],
  ] as const)('writes itself up with the numbers of what was stored (%s)', async (language, reason) => {
    const html = (await report(language, /HTML/)).toString('utf8');
    const rows = rowsIn(html);
    for (const name of ['table.jpg', 'desk.jpg']) {
      for (const { name: object, review } of await annotationsOf(name)) {
        if (review.status !== 'accepted') continue;
        const area = await areaOf(name, review.maskId);
        const row = rows.find(([image, found]) => image === name && found === object);
        expect(row?.map(digits)).toContain(area);
      }
    }
    expect(html).toContain(reason);
    expect(html.match(/<img src="data:image\/jpeg/g)?.length).toBeGreaterThan(4);
    expect(html).not.toMatch(/src="(?!data:)/);
  });

  test('is a PDF, too, in the language that was chosen', async () => {
    const pdf = (await report('Français', /PDF/)).toString('latin1');
    expect(pdf.startsWith('%PDF-')).toBe(true);
    expect(pdf).toContain('/Lang (fr)');
  });
});
