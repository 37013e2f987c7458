import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WireImage } from '@calque/api';
import sharp from 'sharp';
import { openChromium } from '../tests/browser/open-chromium.ts';
import { ServedFolder } from '../tests/e2e/served-folder.ts';
import { WorkbenchPage } from '../tests/e2e/workbench-page.ts';
import type { BenchmarkOptions, BenchmarkResult } from './benchmark.ts';

const MODEL = 'sam2-hiera-tiny';
const LIMITS = { server: 150, browser: 250, again: 400, start: 2000, frame: 16 };

type Chromium = Awaited<ReturnType<typeof openChromium>>;

/** The workbench as a person has it: headless Chromium, the real server in a process of its own, the real model. */
export async function run({ quick }: BenchmarkOptions): Promise<BenchmarkResult> {
  const browser = await openChromium();
  const images = { 'a.jpg': 'breakfast.jpg', 'b.jpg': 'desk.jpg', 'c.jpg': 'kitchen.jpg' };
  const served = await ServedFolder.create({ images, models: [MODEL] });
  try {
    const interactiveMs = await timeToInteractive(browser, served);
    const clicks = quick ? 2 : 20;
    const server = await clickTimes(browser, served, { decoder: 'On the server', clicks });
    const own = await clickTimes(browser, served, { decoder: 'In this browser', clicks });
    const frames = await dragFrames(browser, served, quick ? 2 : 30);
    const again = await openAgainTimes(browser, served, quick ? 1 : 5);
    const users = await usersAtOnce(served, quick ? 2 : 10, quick ? 1 : 10);
    const rows = [
      { label: 'click to mask painted, server, median', valueMs: quantile(server, 0.5) },
      { label: 'click to mask painted, server, p95', valueMs: quantile(server, 0.95) },
      { label: 'click to mask painted, this browser, median', valueMs: quantile(own, 0.5) },
      { label: 'click to mask painted, this browser, p95', valueMs: quantile(own, 0.95) },
      { label: 'script of a frame while a box is dragged, p95', valueMs: quantile(frames, 0.95) },
      { label: 'encoded image opened again, mask there, median', valueMs: quantile(again, 0.5) },
      { label: 'ten users at once, answer, p95', valueMs: quantile(users, 0.95) },
      { label: 'start of the command to page that can be used', valueMs: interactiveMs },
    ];
    const shares = [LIMITS.server, 0, LIMITS.browser, 0, LIMITS.frame, LIMITS.again, 0, LIMITS.start];
    const ratios = rows.flatMap(({ label, valueMs }, i) => {
      const limitMs = shares[i] ?? 0;
      return limitMs === 0 ? [] : [{ label: `${label} / ${limitMs} ms`, value: valueMs / limitMs, limit: 1 }];
    });
    return { name: 'the workbench in Chromium', rows, ratios };
  } finally {
    await browser.close();
    await served.remove();
  }
}

/** The second start: page and command line are built, the model is there, and the person's browser is open. */
async function timeToInteractive(browser: Chromium, served: ServedFolder): Promise<number> {
  await served.start();
  await served.kill();
  const page = await WorkbenchPage.open(browser, 'about:blank');
  const began = performance.now();
  await served.start();
  await page.page.goto(served.address);
  await page.canvas.waitFor();
  const elapsedMs = performance.now() - began;
  await page.close();
  return elapsedMs;
}

async function opened(browser: Chromium, served: ServedFolder, image: WireImage): Promise<WorkbenchPage> {
  const page = await WorkbenchPage.open(browser, served.address);
  await page.page.goto(`${served.origin}/d/${image.datasetId}/i/${image.id}`);
  await page.page.getByRole('application', { name: image.name }).waitFor();
  return page;
}

interface ClickOptions {
  readonly decoder: 'On the server' | 'In this browser';
  readonly clicks: number;
}

/** From the press of the button to the frame after the mask was said to be there. */
async function clickTimes(
  browser: Chromium,
  served: ServedFolder,
  { decoder, clicks }: ClickOptions,
): Promise<number[]> {
  const page = await opened(browser, served, await served.image('a.jpg'));
  await page.chooseDecoder(decoder);
  if (decoder === 'In this browser')
    await page.page.getByRole('button', { name: 'Where prompts are answered: Browser' }).waitFor();
  await page.maskAfter(() => page.dragBox({ x1: 149, y1: 149, x2: 388, y2: 370 }));
  await page.press('f');
  // The pointer follows nothing in between: each click is the first thing asked.
  await page.press('p');
  await page.page.evaluate(watchMasks);
  const times: number[] = [];
  for (let i = 0; i < clicks; i++) {
    await page.maskAfter(() => page.click({ x: 190 + 9 * i, y: 215 + 5 * (i % 7) }));
    times.push(await page.page.evaluate<number>('calqueClickMs()'));
  }
  await page.close();
  return times;
}

/** In the page: the time from the last press to the first frame after the mask that followed it. */
const watchMasks = `
  let pressedMs = 0;
  let paintedMs = 0;
  addEventListener('pointerdown', () => { pressedMs = performance.now(); }, true);
  const announcer = [...document.querySelectorAll('[role=status]')].find((e) => /^Mask ready/.test(e.textContent));
  new MutationObserver(() => {
    if (!/^Mask ready/.test(announcer.textContent)) return;
    requestAnimationFrame(() => setTimeout(() => { paintedMs = performance.now(); }, 0));
  }).observe(announcer, { childList: true, characterData: true, subtree: true });
  globalThis.calqueClickMs = async () => {
    while (paintedMs < pressedMs) await new Promise((resolve) => requestAnimationFrame(resolve));
    return paintedMs - pressedMs;
  };
`;

/** Milliseconds of script in each frame while a box is drawn over the image. */
async function dragFrames(browser: Chromium, served: ServedFolder, drags: number): Promise<number[]> {
  const page = await opened(browser, served, await served.image('a.jpg'));
  await page.maskAfter(() => page.dragBox({ x1: 149, y1: 149, x2: 388, y2: 370 }));
  const session = await page.page.context().newCDPSession(page.page);
  const events: { name: string; dur?: number; ts: number; cat: string }[] = [];
  session.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as typeof events)));
  await session.send('Tracing.start', { categories: 'devtools.timeline', transferMode: 'ReportEvents' });
  for (let i = 0; i < drags; i++) {
    await page.press('n');
    await page.dragBox({ x1: 100 + i, y1: 80, x2: 420 + 5 * i, y2: 400 + i });
  }
  const complete = new Promise<void>((resolve) => session.once('Tracing.tracingComplete', () => resolve()));
  await session.send('Tracing.end');
  await complete;
  await page.close();
  return events
    .filter(({ name, dur }) => name === 'FireAnimationFrame' && dur !== undefined)
    .map(({ dur = 0 }) => dur / 1000);
}

/** Another image and back: until the mask of the first one is there. */
async function openAgainTimes(browser: Chromium, served: ServedFolder, rounds: number): Promise<number[]> {
  const [first, other] = [await served.image('a.jpg'), await served.image('b.jpg')];
  const page = await opened(browser, served, first);
  const times: number[] = [];
  const go = async (image: WireImage): Promise<void> => {
    await page.page.getByRole('button', { name: image.name }).click();
    await page.page.getByRole('application', { name: image.name }).waitFor();
  };
  for (let i = 0; i < rounds; i++) {
    await go(other);
    const began = performance.now();
    await go(first);
    await page.object('Object 1').click();
    await page.mask.waitFor({ state: 'attached' });
    times.push(performance.now() - began);
  }
  await page.close();
  return times;
}

/** Programs that ask as pages do, each on an image of its own: what their answers take. */
async function usersAtOnce(served: ServedFolder, users: number, questions: number): Promise<number[]> {
  const sample = await readFile(join(process.cwd(), 'samples/kitchen.jpg'));
  const form = new FormData();
  for (let i = 0; i < users; i++) {
    const bytes = await sharp(sample)
      .extract({ left: 5 * i, top: 2 * i, width: 800, height: 560 })
      .jpeg()
      .toBuffer();
    form.append('files', new Blob([new Uint8Array(bytes)]), `user-${i}.jpg`);
  }
  const { datasetId } = await served.image('a.jpg');
  const { images } = await served.client.call('uploadImages', { params: { datasetId }, body: form } as never);
  const ask = async (image: WireImage, i: number): Promise<number> => {
    const prompt = { box: { x1: 100 + 9 * i, y1: 90, x2: 400 + 9 * i, y2: 380 }, points: [], maskId: null };
    const params = { datasetId, imageId: image.id };
    const began = performance.now();
    await served.client.call('predict', { params, body: { prompt, model: MODEL, preview: true } });
    return performance.now() - began;
  };
  for (const image of images) await ask(image, questions);
  const times = images.map(async (image) => {
    const own: number[] = [];
    for (let i = 0; i < questions; i++) own.push(await ask(image, i));
    return own;
  });
  return (await Promise.all(times)).flat();
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
