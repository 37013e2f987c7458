import { stat } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliHarness } from '../testing/cli-harness.ts';

let harness: CliHarness;
beforeEach(async () => {
  harness = await CliHarness.create();
});
afterEach(() => harness.remove());

const run = (argv: readonly string[], stdin = '') =>
  harness.run(['users', ...argv], {
    stdin,
    context: { env: { CALQUE_HOME: path.join(harness.folder, 'home') } },
  });

test('people are added, listed, changed and removed', async () => {
  expect((await run(['list'])).stdout).toBe('no accounts: the access token lets in\n');
  const added = await run(['add', 'marie', '--role', 'annotator'], 'correct horse battery\nsecond line\n');
  expect(added).toMatchObject({ code: 0, stdout: 'marie added as annotator\n' });
  expect(added.stderr).toContain('start servers that run anew');
  expect((await run(['add', 'paul'], 'correct horse battery')).stderr).toBe('');
  expect((await run(['list'])).stdout).toMatch(/^marie +annotator +\d{4}-\d\d-\d\d\npaul +annotator +/);
  expect((await run(['role', 'marie', 'admin'])).stdout).toBe('marie is admin\n');
  expect((await run(['password', 'marie'], 'another horse battery\n')).code).toBe(0);
  expect((await run(['remove', 'paul'])).stdout).toContain('paul removed');
  const list = JSON.parse((await run(['list', '--json'])).stdout) as { name: string; role: string }[];
  expect(list.map(({ name, role }) => `${name} ${role}`)).toEqual(['marie admin']);
  expect((await stat(path.join(harness.folder, 'home', 'accounts.sqlite'))).mode & 0o777).toBe(0o600);
});

test('what cannot be done says why', async () => {
  expect(await run(['remove', 'nobody'])).toMatchObject({ code: 89 });
  expect((await run(['add', 'marie'], 'short\n')).stderr).toContain('too easy to guess');
  expect((await run(['add', 'marie'], '')).code).toBe(2);
  expect((await run(['add', 'no/path'], 'correct horse battery\n')).code).toBe(89);
  expect((await run(['role', 'marie', 'king'])).code).toBe(2);
});

test('another folder can be named', async () => {
  await run(['add', 'marie', '--home', 'elsewhere'], 'correct horse battery\n');
  expect(await harness.list('elsewhere')).toContain('accounts.sqlite');
});
