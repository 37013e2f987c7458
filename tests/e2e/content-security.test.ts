import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openChromium } from '../browser/open-chromium.ts';
import { refusalsOf } from '../browser/refusals-of.ts';
import { ServedFolder } from './served-folder.ts';
import { WorkbenchPage } from './workbench-page.ts';

let browser: Browser;
let served: ServedFolder;

beforeAll(async () => {
  browser = await openChromium();
  served = await ServedFolder.create({ images: { 'table.jpg': 'breakfast.jpg' } });
  await served.start();
});
afterAll(async () => {
  await browser.close();
  await served.remove();
});

test('no page, dialog or menu does what the content security policy refuses', async () => {
  const workbench = await WorkbenchPage.open(browser, served.address);
  const { page } = workbench;
  await workbench.maskAfter(() => workbench.typeBox({ x1: 149, y1: 149, x2: 388, y2: 370 }));
  await workbench.decodeMenu.click();
  await page.getByRole('menuitem', { name: 'On the server' }).waitFor();
  await workbench.press('Escape');
  for (const key of ['?', 'Control+k', 'l', 'x']) {
    await page.locator('body').press(key);
    await page.getByRole('dialog').waitFor();
    await workbench.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await page.locator('body').press('s');
  await page.locator('[data-plot] canvas').first().waitFor();
  const image = await served.image('table.jpg');
  await page.goto(`${served.origin}/d/${image.datasetId}`);
  for (const name of ['Statistics…', 'Representative selection…', 'Export objects…', 'Import objects…']) {
    await page.getByRole('button', { name: 'Dataset' }).click();
    await page.getByRole('menuitem', { name }).click();
    await page.getByRole('dialog').waitFor();
    await workbench.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  }
  await page.goto(`${served.origin}/d/${image.datasetId}/table`);
  await page.getByRole('grid').or(page.getByRole('table')).first().waitFor();
  await workbench.close();
});

test('Mantine has its variables, without a style element in the page', async () => {
  const workbench = await WorkbenchPage.open(browser, served.address);
  await workbench.canvas.waitFor();
  const found = (await workbench.page.evaluate(`({
    error: getComputedStyle(document.documentElement).getPropertyValue('--mantine-color-error').trim(),
    styles: document.querySelectorAll('style').length,
  })`)) as { readonly error: string; readonly styles: number };
  expect(found.error).toMatch(/^(?:#|rgb|var)/);
  expect(found.styles).toBe(0);
  await workbench.close();
});

test('a report opens with its style and its pictures, and the documentation with its own', async () => {
  const { client, origin, address } = served;
  const { datasetId } = await served.image('table.jpg');
  const params = { datasetId };
  const job = await client.call('startReport', {
    params,
    body: { language: 'en', format: 'html', template: 'lab' },
  });
  await expect
    .poll(
      async () => {
        const { state } = await client.call('readReport', { params: { datasetId, reportId: job.id } });
        return state;
      },
      { timeout: 120_000 },
    )
    .toBe('done');
  const { page } = await WorkbenchPage.open(browser, address);
  const refusals = refusalsOf(page);
  await page.goto(`${origin}/api/datasets/${datasetId}/reports/${job.id}/file`);
  const width = await page.evaluate(`getComputedStyle(document.querySelector('main')).maxWidth`);
  expect(width).toMatch(/px$/);
  await page.goto(`${origin}/api/docs/`);
  await page.getByText('/api/datasets').first().waitFor();
  expect(refusals).toEqual([]);
  await page.context().close();
});

test('the page for who has no token keeps to its policy, too', async () => {
  const { page } = await WorkbenchPage.open(browser, served.origin);
  const refusals = refusalsOf(page);
  await page.reload();
  await page.getByLabel('Access token').waitFor();
  expect(refusals).toEqual([]);
  await page.context().close();
});

test('a style or a script that somebody writes into the page is refused, and the refusal is seen', async () => {
  const { page } = await WorkbenchPage.open(browser, served.address);
  const refusals = refusalsOf(page);
  await page.evaluate(`{
    const style = document.createElement('style');
    style.textContent = 'body { display: none }';
    document.head.append(style);
    const more = '<p style="color: red">x</p><img src=x onerror="window.hit = 1">';
    document.body.insertAdjacentHTML('beforeend', more);
  }`);
  await expect.poll(() => refusals.length).toBeGreaterThanOrEqual(3);
  expect(await page.evaluate('getComputedStyle(document.body).display')).not.toBe('none');
  expect(await page.evaluate(`'hit' in window`)).toBe(false);
  await page.context().close();
});
