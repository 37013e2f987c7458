import { resolve } from 'node:path';
import envPaths from 'env-paths';

/**
 * Folder of everything that Calque keeps on a machine: `CALQUE_HOME`, or else the platform's cache folder
 * (`$XDG_CACHE_HOME/calque` or `~/.cache/calque`, `~/Library/Caches/calque`, `%LOCALAPPDATA%\calque\Cache`).
 */
export function calqueHome(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const chosen = env['CALQUE_HOME'];
  return chosen === undefined || chosen === '' ? envPaths('calque', { suffix: '' }).cache : resolve(chosen);
}
