/**
 * `npm run screenshots -- FOLDER [NAME]` pictures the page in every size, theme and language, and holds each view to axe.
 * The page runs on the fake server of `npm run dev`, so that the pictures need no model and are the same every time.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from './open-browser.ts';

interface View {
  readonly name: string;
  readonly path: string;
  /** What is done before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>;
}

const sizes = {
  desktop: { width: 1440, height: 900 },
  laptop: { width: 1280, height: 800 },
  tablet: { width: 820, height: 1180 },
  phone: { width: 390, height: 844 },
};

const looks = [
  { theme: 'dark', language: 'en' },
  { theme: 'light', language: 'fr' },
  { theme: 'dark', language: 'fr' },
  { theme: 'light', language: 'en' },
] as const;

const views: readonly View[] = [
  { name: 'result', path: '/', act: selectMug },
  { name: 'prompt', path: '/', act: (page) => openTab(page, 1) },
  { name: 'sensitivity', path: '/', act: measureSensitivity },
  { name: 'scale', path: '/', act: openScale },
  { name: 'history', path: '/', act: (page) => openTab(page, 3) },
  { name: 'reject', path: '/', act: (page) => afterKey(page, 'x') },
  { name: 'shortcuts', path: '/', act: (page) => afterKey(page, '?') },
  { name: 'palette', path: '/', act: (page) => afterKey(page, 'Control+k') },
  { name: 'labels', path: '/', act: (page) => afterKey(page, 'l') },
  { name: 'gallery', path: '/d/samples' },
  { name: 'table', path: '/d/samples/table' },
  { name: 'monitoring', path: '/monitoring', act: waitForCharts },
  { name: 'monitoring-drift', path: '/monitoring', act: (page) => scrolledTo(page, '#drift-title') },
  { name: 'monitoring-advice', path: '/monitoring', act: (page) => scrolledTo(page, '#advice-title') },
  { name: 'login', path: '/?state=login' },
  { name: 'sign-in', path: '/?state=sign-in' },
  { name: 'viewer', path: '/?state=viewer' },
  { name: 'empty', path: '/?state=empty' },
  { name: 'problem', path: '/?state=problem' },
  { name: 'changed', path: '/?state=changed' },
  { name: 'downloading', path: '/?state=downloading' },
  { name: 'missing-model', path: '/?state=missing-model' },
  { name: 'gone', path: '/?state=gone' },
];

async function selectMug(page: Page): Promise<void> {
  const handle = page.locator('[data-sheet="peek"] > button');
  if ((await handle.count()) > 0) await handle.click();
  await page.locator('[data-section="objects"] button[aria-pressed]').first().click();
  await page.locator('[data-section="candidates"] canvas').first().waitFor();
}

async function openTab(page: Page, place: number): Promise<void> {
  await selectMug(page);
  await page.getByRole('tab').nth(place).click();
}

async function measureSensitivity(page: Page): Promise<void> {
  await selectMug(page);
  await page.locator('body').press('s');
  await page.locator('[data-plot] canvas').first().waitFor();
}

async function openScale(page: Page): Promise<void> {
  await selectMug(page);
  const scale = page.locator('[data-section="measures"] dd button').last();
  await scale.click();
  const fields = page.locator('form input');
  await fields.first().fill('320');
  await fields.last().fill('25');
  await page.locator('form button[type=submit]').click();
  await page.locator('form').waitFor({ state: 'detached' });
  await scale.click();
  await page.locator('form').waitFor();
}

async function waitForCharts(page: Page): Promise<void> {
  await page.locator('[data-chart="problems"] canvas').waitFor();
  await page.locator('[data-quantity="score"]').first().waitFor();
}

async function scrolledTo(page: Page, selector: string): Promise<void> {
  await waitForCharts(page);
  await page.locator(selector).evaluate((element) => element.scrollIntoView());
}

async function afterKey(page: Page, key: string): Promise<void> {
  await selectMug(page);
  await page.locator('body').press(key);
  await page.getByRole('dialog').waitFor();
}

async function startPage(): Promise<{ readonly server: ChildProcess; readonly address: string }> {
  const server = spawn('npm', ['run', '-s', 'dev', '--', '--port', '5198'], {
    detached: true,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
  });
  const address = await new Promise<string>((resolve, reject) => {
    let said = '';
    server.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found !== null) resolve(found[0]);
    });
    server.on('exit', () => reject(new Error(`the page did not start:\n${said}`)));
  });
  return { server, address };
}

interface Shot {
  readonly view: View;
  readonly size: keyof typeof sizes;
  readonly theme: 'dark' | 'light';
  readonly language: 'en' | 'fr';
}

/** Takes the picture and returns what axe finds serious or critical. */
async function take(browser: Browser, address: string, folder: string, shot: Shot): Promise<string[]> {
  const { view, size, theme, language } = shot;
  const context = await browser.newContext({
    viewport: sizes[size],
    colorScheme: theme,
    locale: language === 'fr' ? 'fr-FR' : 'en-US',
    reducedMotion: 'reduce',
    hasTouch: size === 'phone',
  });
  const page = await context.newPage();
  const preferences = JSON.stringify(JSON.stringify({ theme, language }));
  await page.addInitScript({ content: `localStorage.setItem('calque.preferences', ${preferences})` });
  await page.goto(address + view.path);
  await page.waitForLoadState('networkidle');
  await view.act?.(page);
  await page.waitForTimeout(300);
  const name = `${view.name}.${size}.${theme}.${language}`;
  await page.screenshot({ path: join(folder, `${name}.png`) });
  const { violations } = await new AxeBuilder({ page }).analyze();
  await context.close();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${name}: ${id}: ${nodes[0]?.html.slice(0, 160) ?? ''}`);
}

function* shots(only: string | undefined): Generator<Shot> {
  for (const view of views.filter(({ name }) => only === undefined || name === only)) {
    for (const size of Object.keys(sizes) as (keyof typeof sizes)[]) {
      for (const look of looks) yield { view, size, ...look };
    }
  }
}

const [folder = join('out', 'screenshots'), only] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const page = await startPage();
const browser = await openBrowser();
const faults: string[] = [];
try {
  for (const shot of shots(only)) faults.push(...(await take(browser, page.address, folder, shot)));
} finally {
  await browser.close();
  if (page.server.pid !== undefined) process.kill(-page.server.pid);
}
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
