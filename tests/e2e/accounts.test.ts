import { Accounts } from '@calque/server';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openChromium } from '../browser/open-chromium.ts';
import { ServedFolder } from './served-folder.ts';
import { WorkbenchPage } from './workbench-page.ts';

const PASSWORD = 'correct horse battery';

let browser: Browser;
let served: ServedFolder;

beforeAll(async () => {
  browser = await openChromium();
  served = await ServedFolder.create({ images: { 'table.jpg': 'breakfast.jpg' } });
  const accounts = await Accounts.open(served.home, { cost: { n: 2 ** 12, r: 8, p: 1 } });
  await accounts.add('marie', 'annotator', PASSWORD);
  await accounts.add('paul', 'viewer', PASSWORD);
  accounts.close();
  await served.start();
});
afterAll(async () => {
  await browser.close();
  await served.remove();
});

async function signIn(name: string, password = PASSWORD): Promise<WorkbenchPage> {
  const workbench = await WorkbenchPage.open(browser, served.address);
  await workbench.page.getByLabel('Name').fill(name);
  await workbench.page.getByLabel('Password').fill(password);
  await workbench.page.getByRole('button', { name: 'Sign in' }).click();
  return workbench;
}

test('the printed address lets nobody in by itself', async () => {
  expect(new URL(served.address).search).toBe('');
  const workbench = await signIn('marie', 'not the password');
  await workbench.page.getByText('Name or password is not right.').waitFor();
  await workbench.close();
});

test('an annotator signs in, works under their name, and signs out', async () => {
  const workbench = await signIn('marie');
  await workbench.maskAfter(() => workbench.typeBox({ x1: 149, y1: 149, x2: 388, y2: 370 }));
  await workbench.saved();
  await workbench.page.getByRole('tab', { name: 'History' }).click();
  await workbench.page.getByText(/marie/).first().waitFor();
  await workbench.page.getByRole('button', { name: 'Signed in as marie' }).click();
  await workbench.page.getByRole('menuitem', { name: 'Sign out' }).click();
  await workbench.page.getByLabel('Password').waitFor();
  await workbench.close();
});

test('a viewer sees what was made, and can change nothing', async () => {
  const workbench = await signIn('paul');
  await workbench.page.getByText('Read only').waitFor();
  await workbench.object('Object 1').click();
  await workbench.mask.waitFor({ state: 'attached' });
  await workbench.review('Accept').click();
  await workbench.page.getByText('You may look at this dataset, and change nothing in it').first().waitFor();
  await workbench.close();
});

test('a session that is ended elsewhere leads to the form, and work goes on after it', async () => {
  const workbench = await signIn('marie');
  await workbench.canvas.waitFor();
  const accounts = await Accounts.open(served.home);
  await accounts.changePassword('marie', `${PASSWORD} staple`);
  accounts.close();
  await workbench.page.getByRole('tab', { name: 'Prompt' }).click();
  await workbench.typeBox({ x1: 459, y1: 295, x2: 659, y2: 430 });
  await workbench.page.getByLabel('Password', { exact: true }).fill(`${PASSWORD} staple`);
  await workbench.page.getByLabel('Name').fill('marie');
  await workbench.page.getByRole('button', { name: 'Sign in' }).click();
  await workbench.canvas.waitFor();
  await workbench.saved();
  await workbench.close();
});
