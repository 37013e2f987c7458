import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);

function photograph(name: string): string {
  return join(require.resolve(`@stdlib/${name}/package.json`), '..', 'data', 'image.jpg');
}

/** Public-domain photographs out of npm packages. */
export const airplane: string = photograph('datasets-img-airplane-from-above');
export const dustBowlHome: string = photograph('datasets-img-dust-bowl-home');
