import type { BoxXyxy, ImagePoint } from '@calque/core';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { refusalsOf } from '../browser/refusals-of.ts';

/** The workbench as a person sees it: what is on it by role and name, what is done with mouse and keyboard. */
export class WorkbenchPage {
  readonly page: Page;
  readonly #refusals: readonly string[];

  constructor(page: Page, refusals: readonly string[] = refusalsOf(page)) {
    this.page = page;
    this.#refusals = refusals;
  }

  /** In a browser profile of its own: nothing is remembered, and nobody is signed in. */
  static async open(browser: Browser, address: string): Promise<WorkbenchPage> {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
    context.setDefaultTimeout(60_000);
    const opened = new WorkbenchPage(await context.newPage());
    await opened.page.goto(address);
    return opened;
  }

  /** Another tab of the same browser. */
  async tab(address: string): Promise<WorkbenchPage> {
    const tab = new WorkbenchPage(await this.page.context().newPage());
    await tab.page.goto(address);
    return tab;
  }

  /** Fails where the page did anything that its content security policy refuses. */
  async close(): Promise<void> {
    await this.page.context().close();
    expect(this.#refusals).toEqual([]);
  }

  get canvas(): Locator {
    return this.page.getByRole('application', { name: /^Canvas/ });
  }

  object(name: string): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^${name}\\b`) });
  }

  review(name: 'Accept' | 'Accepted' | 'Reject' | 'Rejected'): Locator {
    return this.page
      .getByRole('toolbar', { name: 'Review' })
      .getByRole('button', { name: new RegExp(`^${name}\\b`) });
  }

  get save(): Locator {
    return this.page.getByRole('status').filter({ hasText: /^(Saved|Saving|Kept here)$/ });
  }

  /** What is read out about the mask of the selected object. */
  get mask(): Locator {
    return this.page.getByRole('status').filter({ hasText: /^Mask ready/ });
  }

  get decodeMenu(): Locator {
    return this.page.getByRole('button', { name: /^Where prompts are answered/ });
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  /** Drags a box over the image with the mouse. */
  async dragBox({ x1, y1, x2, y2 }: BoxXyxy): Promise<void> {
    const { mouse } = this.page;
    await this.press('b');
    const [from, to] = await this.#inPage({ x: x1, y: y1 }, { x: x2, y: y2 });
    await mouse.move(from.x, from.y);
    await mouse.down();
    await mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
    await mouse.move(to.x, to.y, { steps: 4 });
    await mouse.up();
  }

  async click(point: ImagePoint, button: 'left' | 'right' = 'left'): Promise<void> {
    const [at] = await this.#inPage(point);
    await this.page.mouse.click(at.x, at.y, { button });
  }

  /** Numbers into the fields of the panel. */
  async typeBox({ x1, y1, x2, y2 }: BoxXyxy): Promise<void> {
    await this.page.getByRole('tab', { name: 'Prompt' }).click();
    const values = { Left: x1, Top: y1, Right: x2, Bottom: y2 };
    for (const [label, value] of Object.entries(values)) {
      await this.page.getByLabel(label, { exact: true }).fill(String(value));
    }
    await this.page.getByLabel('Bottom', { exact: true }).press('Enter');
    await this.page.getByLabel('Bottom', { exact: true }).blur();
  }

  /** Does something, and waits for the mask that it leads to: another one than before. @returns its area in pixels. */
  async maskAfter(act: () => Promise<void>): Promise<number> {
    const before = (await this.mask.count()) > 0 ? await this.mask.textContent() : null;
    await act();
    const another = before === null ? this.mask : this.mask.filter({ hasNotText: before });
    await another.waitFor({ state: 'attached' });
    return this.area();
  }

  async area(): Promise<number> {
    const said = (await this.mask.textContent()) ?? '';
    return Number(/([\d,]+) pixels$/.exec(said)?.[1]?.replaceAll(',', ''));
  }

  async saved(): Promise<void> {
    await this.save.filter({ hasText: 'Saved' }).waitFor();
  }

  async chooseDecoder(name: 'Whichever is faster' | 'On the server' | 'In this browser'): Promise<void> {
    await this.decodeMenu.click();
    await this.page.getByRole('menuitem', { name }).click();
  }

  /** Waits until the place where prompts are answered was measured. */
  async measured(): Promise<string> {
    await this.decodeMenu.click();
    const reason = this.page.getByText(/answers in [\d,]+ ms/);
    await reason.waitFor();
    const said = (await reason.textContent()) ?? '';
    await this.press('Escape');
    return said;
  }

  /** Where image points lie on the page, found by what the canvas says of the pointer's place. */
  async #inPage<Points extends readonly ImagePoint[]>(
    ...points: Points
  ): Promise<{ [Index in keyof Points]: ImagePoint }> {
    const frame = await this.canvas.boundingBox();
    if (frame === null) throw new Error('there is no canvas');
    const middle = { x: frame.x + frame.width / 2, y: frame.y + frame.height * 0.45 };
    const reach = Math.min(frame.width, frame.height) * 0.3;
    const near = await this.#placeAt({ x: middle.x - reach, y: middle.y - reach });
    const far = await this.#placeAt({ x: middle.x + reach, y: middle.y + reach });
    const scale = (2 * reach) / (far.x - near.x);
    const map = ({ x, y }: ImagePoint): ImagePoint => ({
      x: middle.x - reach + (x - near.x - 0.5) * scale,
      y: middle.y - reach + (y - near.y - 0.5) * scale,
    });
    return points.map(map) as { [Index in keyof Points]: ImagePoint };
  }

  async #placeAt({ x, y }: ImagePoint): Promise<ImagePoint> {
    const place = this.page.getByText(/^[\d,]+ · [\d,]+$/).first();
    await this.page.mouse.move(x - 3, y - 3);
    await place.waitFor();
    const before = await place.textContent();
    await this.page.mouse.move(x, y);
    await this.page
      .getByText(/^[\d,]+ · [\d,]+$/)
      .filter({ hasNotText: before ?? '' })
      .first()
      .waitFor();
    const [column = '', row = ''] = ((await place.textContent()) ?? '').split(' · ');
    return { x: Number(column.replaceAll(',', '')), y: Number(row.replaceAll(',', '')) };
  }
}
