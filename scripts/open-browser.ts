import { existsSync } from 'node:fs';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

/** The system's Chromium where there is one, else the one that an npm package carries. */
export async function openBrowser(): Promise<Browser> {
  const system = '/usr/bin/chromium';
  const executablePath = existsSync(system) ? system : await sparticuz.executablePath();
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
