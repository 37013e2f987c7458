import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Bundles the command line once, before the tests that start it as a process. */
export default function buildCli(): void {
  const build = fileURLToPath(new URL('../../packages/cli/bin/build.js', import.meta.url));
  execFileSync(process.execPath, [build], { stdio: ['ignore', 'ignore', 'inherit'] });
}
