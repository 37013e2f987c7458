/** `calque` with a fake engine, as a process: `node fake-calque.js FOLDER MS-A-DECODE ARGUMENTS…`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { runCli } from '../run-cli.ts';
import { fakeEngine, fakeStore } from './cli-harness.ts';

const [cwd = '', decodeMs = '0', ...argv] = process.argv.slice(2);

process.exitCode = await runCli(argv, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  cwd,
  env: {},
  signal: new AbortController().signal,
  now: () => new Date(),
  assetsFolder: cwd,
  pageFolder: null,
  openStore: async () => fakeStore(),
  createEngine: async () =>
    fakeEngine({
      before: async ({ name }) => {
        if (name === 'decode') await sleep(Number(decodeMs));
      },
    }),
});
