import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumPath } from './open-chromium.ts';

/** A browser with a profile that outlives it, and that can be killed with all its processes. */
export class KillableChromium {
  readonly #process: ChildProcess;
  readonly #browser: Browser;

  private constructor(child: ChildProcess, browser: Browser) {
    this.#process = child;
    this.#browser = browser;
  }

  static async open(profile: string): Promise<KillableChromium> {
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--no-first-run',
      '--disable-gpu',
      '--window-size=1440,900',
    ];
    const child = spawn(
      await chromiumPath(),
      [...flags, '--lang=en-GB', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank'],
      // A group of its own: the browser's processes are killed together.
      { detached: true, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const address = await listening(child);
    return new KillableChromium(child, await chromium.connectOverCDP(address));
  }

  async page(): Promise<Page> {
    const [context] = this.#browser.contexts();
    if (context === undefined) throw new Error('the browser has no profile');
    context.setDefaultTimeout(30_000);
    const page = await context.newPage();
    await page.setViewportSize({ width: 1440, height: 900 });
    return page;
  }

  /** SIGKILL, as the system would: no farewell of any kind. */
  async kill(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    if (this.#process.pid !== undefined) process.kill(-this.#process.pid, 'SIGKILL');
    await ended;
    await this.#browser.close().catch(() => undefined);
  }
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    child.once('exit', (code) => reject(new Error(`the browser ended with ${code}:\n${said.join('\n')}`)));
    if (child.stderr === null) return;
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
}
