import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WireImage } from '@calque/api';
import { documentOf, type Entry } from '@calque/core';
import { seededRandom } from '../../packages/core/src/testing/seeded-masks.ts';
import { KillableChromium } from '../browser/killable-chromium.ts';
import { WorkbenchPage } from '../e2e/workbench-page.ts';
import type { Fault, FaultOptions, FaultOutcome } from './fault.ts';
import { FaultSite } from './fault-site.ts';

const FAULT = 'SIGKILL of the browser, minisam';
const WINDOW_MS = 1200;

/** SIGKILL of a browser in which somebody works in the real page; then the same profile is opened again. */
export const browserKills: Fault = {
  name: FAULT,
  share: 0.05,
  cannot: () => (process.platform === 'linux' ? null : 'the browser of the tests runs on Linux'),
  run: killBrowser,
};

async function killBrowser({ tries, seed, onProgress }: FaultOptions): Promise<FaultOutcome> {
  const site = await FaultSite.create({ model: 'minisam', seed });
  const profile = await mkdtemp(join(tmpdir(), 'calque-profile-'));
  const moment = seededRandom(seed + 1);
  const lost: string[] = [];
  const recoveriesMs: number[] = [];
  let browser: KillableChromium | null = null;
  let shown = 0;
  try {
    await site.start();
    await site.ready();
    const image = site.images[0] as WireImage;
    browser = await KillableChromium.open(profile);
    let workbench = await workbenchOn(browser, site, image);
    for (let number = 1; number <= tries; number++) {
      const x1 = 60 + 12 * number;
      await workbench.maskAfter(() => workbench.typeBox({ x1, y1: 90, x2: x1 + 210, y2: 290 }));
      const accepting = accept(workbench, () => shown++);
      await new Promise((resolve) => setTimeout(resolve, WINDOW_MS * moment()));
      await browser.kill();
      await accepting;
      const before = await acceptedOf(site, image);
      if (before < shown)
        lost.push(`${shown - before} of ${shown} acceptances that the page showed as saved`);
      const started = performance.now();
      browser = await KillableChromium.open(profile);
      workbench = await workbenchOn(browser, site, image);
      await workbench.saved();
      recoveriesMs.push(performance.now() - started);
      // What the page had kept for itself has been sent by now.
      shown = await acceptedOf(site, image);
      if (shown < before) lost.push(`${before - shown} acceptances after the page was opened again`);
      onProgress(`${FAULT}: ${number} of ${tries}, ${shown} accepted`);
    }
    await browser.kill();
    browser = null;
    await site.served.stop();
    return { fault: FAULT, tries, lost, damaged: await site.damaged(), recoveriesMs };
  } finally {
    await browser?.kill();
    await site.remove();
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function workbenchOn(
  browser: KillableChromium,
  { served }: FaultSite,
  image: WireImage,
): Promise<WorkbenchPage> {
  const workbench = new WorkbenchPage(await browser.page());
  await workbench.page.goto(served.address);
  await workbench.page.goto(`${served.origin}/d/${image.datasetId}/i/${image.id}`);
  await workbench.canvas.waitFor();
  return workbench;
}

/** Resolves in any case: the browser may be killed at any point of it. */
async function accept(workbench: WorkbenchPage, onShown: () => void): Promise<void> {
  try {
    await workbench.review('Accept').click();
    await workbench.review('Accepted').waitFor();
    await workbench.saved();
    onShown();
  } catch {
    // The browser is gone.
  }
}

async function acceptedOf({ served }: FaultSite, image: WireImage): Promise<number> {
  const params = { datasetId: image.datasetId, imageId: image.id };
  const { entries } = await served.client.call('readDocument', { params });
  const document = documentOf(entries.map(({ entry }) => entry as Entry));
  return [...document.annotations.values()].filter(({ review }) => review.status === 'accepted').length;
}
