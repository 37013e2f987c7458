import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliHarness, fakeStore } from '../testing/cli-harness.ts';

let calque: CliHarness;

beforeEach(async () => {
  calque = await CliHarness.create();
});

afterEach(async () => {
  await calque.remove();
});

/** The words that are offered, without their descriptions. */
async function offered(...words: readonly string[]): Promise<string[]> {
  const { code, stdout } = await calque.run(['__complete', '--', ...words]);
  expect(code).toBe(0);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '');
}

describe('completion', () => {
  test('commands are offered by their beginning, hidden ones are not', async () => {
    expect(await offered('')).toEqual(expect.arrayContaining(['segment', 'models', 'doctor', 'help']));
    expect(await offered('')).not.toContain('__complete');
    expect(await offered('mod')).toEqual(['models']);
    expect(await offered('models', 'p')).toEqual(['pull', 'path']);
  });

  test('flags of the command and of every command', async () => {
    expect(await offered('segment', '--m')).toEqual(['--mask-input', '--model']);
    expect(await offered('segment', 'a.jpg', '--de')).toEqual(['--debug']);
  });

  test('models where a model is wanted', async () => {
    expect(await offered('segment', '--model', '')).toEqual(['fake']);
    expect(await offered('segment', '--model', '=', 'fa')).toEqual(['fake']);
    expect(await offered('models', 'verify', '')).toEqual(['fake']);
  });

  test('models that can be downloaded and converted, too', async () => {
    const larger = {
      id: 'fake-large',
      description: '',
      licence: { spdx: '', origin: '' },
      url: '',
      sha256: '',
    };
    const openStore = async () => fakeStore({ published: () => [larger] });
    const { stdout } = await calque.run(['__complete', '--', 'models', 'pull', 'fake'], {
      context: { openStore },
    });
    expect(stdout).toBe('fake\nfake-large\n');
  });

  test('files where a file is wanted', async () => {
    expect(await offered('segment', 'ph')).toEqual([':files']);
    expect(await offered('segment', '--fill-holes', '3', '')).toEqual([':files']);
    expect(await offered('segment', '--prompts', '')).toEqual([':files']);
  });

  test('fixed words where there are some', async () => {
    expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(await offered('segment', '--candidate', 'b')).toEqual(['best']);
    expect(await offered('sensitivity', 'a.jpg', '--c')).toEqual(['--count', '--candidate', '--cache-size']);
  });

  test('nothing where nothing is known', async () => {
    expect(await offered('segment', '--box', '')).toEqual(['']);
    expect(await offered('models', 'path', 'fake', '')).toEqual(['']);
  });

  test.each(['bash', 'zsh', 'fish'])('a script for %s', async (shell) => {
    const { code, stdout } = await calque.run(['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toContain('calque __complete --');
  });

  test('another shell is refused, and the ones that work are named', async () => {
    const { code, stderr } = await calque.run(['completion', 'tcsh']);
    expect(code).toBe(2);
    expect(stderr).toContain('bash, zsh, fish');
  });
});
