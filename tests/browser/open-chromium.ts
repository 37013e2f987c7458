import { existsSync } from 'node:fs';
import sparticuz from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

const SYSTEM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The system's Chromium where there is one, else the one that an npm package carries. */
export async function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: await chromiumPath(), args: ['--no-sandbox'] });
}

export async function chromiumPath(): Promise<string> {
  return SYSTEM.find((path) => existsSync(path)) ?? sparticuz.executablePath();
}
