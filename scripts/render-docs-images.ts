/**
 * `npm run docs:images` makes the pictures of the README again: real server, real model, a sample image alone.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { BoxXyxy, ImagePoint } from '@calque/core';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import { openBrowser } from './open-browser.ts';

/** CSS pixels of the browser's window. */
interface WindowPoint {
  readonly x: number;
  readonly y: number;
}

const calque = join('packages', 'cli', 'bin', 'calque.js');
const images = join('docs', 'images');
const photograph = { name: 'breakfast.jpg', width: 960, height: 640 };
const mug: BoxXyxy = { x1: 149, y1: 149, x2: 388, y2: 370 };
/** So high that the row of latencies, which differ from run to run, lies below the edge. */
const viewport = { width: 1440, height: 868 };
/** What the canvas leaves free around a fitted image. */
const margin = { side: 16, top: 16, bottom: 88 };
const settings = { theme: 'dark', language: 'en', hintsSeen: ['first-steps'] };
const patienceMs = 120_000;
/** A view that has been still for so long is drawn as sharp as it can be. */
const restMs = 500;

async function renderOverlay(folder: string): Promise<void> {
  const prompt = ['--box', Object.values(mug).join(',')];
  const args = [calque, 'segment', join('samples', photograph.name), ...prompt, '--out', folder];
  execFileSync(process.execPath, args, { stdio: 'inherit' });
  await writePicture(join(folder, 'breakfast.overlay.png'), 'overlay');
}

async function writePicture(png: string | Buffer, name: string): Promise<void> {
  await sharp(png)
    .webp({ quality: 88 })
    .toFile(join(images, `${name}.webp`));
}

async function startServer(
  folder: string,
): Promise<{ readonly server: ChildProcess; readonly address: string }> {
  copyFileSync(join('samples', photograph.name), join(folder, photograph.name));
  const server = spawn(process.execPath, [calque, 'serve', folder, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: server.stdout })) {
    const address = /http:\S+/.exec(line)?.[0];
    if (address !== undefined) return { server, address };
  }
  throw new Error('The server ended before it said its address.');
}

async function openPage(browser: Browser, address: string): Promise<Page> {
  const context = await browser.newContext({ viewport, colorScheme: 'dark', reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  // Whoever runs this keeps their own settings, and the pictures do not depend on them.
  await page.route('**/api/settings', (route) => route.fulfill({ json: settings }));
  // The only dataset opens at its first image, and that is the only one.
  await page.goto(address);
  await page.locator('[data-canvas] canvas').first().waitFor();
  return page;
}

/** Where a point of the photograph is seen: the image is fitted, in the middle of the canvas less its margins. */
async function inWindow(page: Page, at: ImagePoint): Promise<WindowPoint> {
  const canvas = await page.locator('[data-canvas]').boundingBox();
  if (canvas === null) throw new Error('The canvas is not on the page.');
  const room = { width: canvas.width - 2 * margin.side, height: canvas.height - margin.top - margin.bottom };
  const scale = Math.min(room.width / photograph.width, room.height / photograph.height);
  return {
    x: canvas.x + canvas.width / 2 + (at.x - photograph.width / 2) * scale,
    y: canvas.y + margin.top + room.height / 2 + (at.y - photograph.height / 2) * scale,
  };
}

async function drawBox(page: Page): Promise<void> {
  const from = await inWindow(page, { x: mug.x1, y: mug.y1 });
  const to = await inWindow(page, { x: mug.x2, y: mug.y2 });
  await page.keyboard.press('b');
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
  await page.locator('[data-section="candidates"] canvas').first().waitFor();
  await page.mouse.move(0, 0);
}

/** What is said of the mask for a moment is gone, and all of it is drawn. */
async function takePicture(page: Page, name: string): Promise<void> {
  await page.waitForLoadState('networkidle');
  await page.locator('[role="status"][data-empty]').waitFor({ state: 'attached' });
  await page.waitForTimeout(restMs);
  await writePicture(await page.screenshot(), name);
}

async function renderWorkbench(folder: string): Promise<void> {
  const { server, address } = await startServer(folder);
  const browser = await openBrowser();
  try {
    const page = await openPage(browser, address);
    await drawBox(page);
    await takePicture(page, 'workbench');
  } finally {
    await browser.close();
    server.kill();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'calque-docs-'));
try {
  mkdirSync(images, { recursive: true });
  await renderOverlay(folder);
  const photos = join(folder, 'photos');
  mkdirSync(photos);
  await renderWorkbench(photos);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
