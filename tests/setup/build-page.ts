import { fileURLToPath } from 'node:url';
// @ts-expect-error plain JavaScript: it runs before anything is compiled
import { freshPage } from '../../packages/cli/bin/fresh-page.js';

/** Builds the page once, before the tests that start the server: none of them waits for it. */
export default async function buildPage(): Promise<void> {
  await freshPage(fileURLToPath(new URL('../../packages/cli/', import.meta.url)), process.env);
}
