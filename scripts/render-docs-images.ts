/** `npm run docs:images` makes the pictures of the README again, with the real model. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'calque-docs-'));
try {
  const calque = join('packages', 'cli', 'bin', 'calque.js');
  const prompt = ['--box', '149,149,388,370'];
  execFileSync(process.execPath, [calque, 'segment', 'samples/breakfast.jpg', ...prompt, '--out', folder], {
    stdio: 'inherit',
  });
  mkdirSync(join('docs', 'images'), { recursive: true });
  copyFileSync(join(folder, 'breakfast.overlay.png'), join('docs', 'images', 'overlay.png'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
