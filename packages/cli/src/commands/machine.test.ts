import { CalqueError } from '@calque/core';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CliHarness, fakeStore } from '../testing/cli-harness.ts';

let calque: CliHarness;

beforeEach(async () => {
  calque = await CliHarness.create();
});

afterEach(async () => {
  await calque.remove();
});

/** Object 5 is an ellipse, as the fake engine draws one into its box, or a bar, as it never does. */
async function writeSelfTest(shape: 'ellipse' | 'bar'): Promise<void> {
  const drawn =
    shape === 'ellipse'
      ? '<ellipse cx="31" cy="22" rx="16" ry="12"'
      : '<rect x="4" y="20" width="50" height="4"';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="48">${drawn} fill="#050505" shape-rendering="crispEdges"/></svg>`;
  const labels = await sharp(Buffer.from(svg))
    .flatten({ background: '#000' })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  await calque.file('self-test.labels.png', labels);
  await calque.image('self-test.jpg', 64, 48);
}

describe('calque doctor', () => {
  test('says in JSON what was looked at', async () => {
    await writeSelfTest('bar');
    const { stdout } = await calque.run(['doctor', '--json']);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      versions: { calque: expect.any(String), node: process.versions.node, sharp: expect.any(String) },
      processor: { architecture: process.arch, features: expect.any(Array) },
      models: [{ id: 'fake', state: 'installed', isDefault: true }],
      engine: { provider: 'fake', providers: [{ name: 'fake', ok: true }] },
      selfTest: { iou: expect.any(Number), leastIou: 0.9 },
    });
    expect(report.memory.totalBytes).toBeGreaterThan(0);
  });

  test('a wrong mask of the self-test is a problem, with a remedy and an exit code', async () => {
    await writeSelfTest('bar');
    const { code, stdout, stderr } = await calque.run(['doctor']);
    expect(code).toBe(73);
    expect(stdout).toContain('self-test    FAILED');
    expect(stdout).toMatch(/problem: the self-test's mask is wrong.*--provider cpu/);
    expect(stderr).toContain('one problem was found');
  });

  test('a damaged model is a problem, and what to do about it is said', async () => {
    await writeSelfTest('bar');
    const files = [
      { name: 'encoder.onnx', ok: false, expectedSha256: 'a', actualSha256: 'c', problem: 'SHA-256 differs' },
    ];
    const store = fakeStore({ verify: async (id) => ({ id, folder: '/models/fake', ok: false, files }) });
    const { code, stdout } = await calque.run(['doctor'], { context: { openStore: async () => store } });
    expect(code).toBe(73);
    expect(stdout).toContain(
      'the model fake is damaged (encoder.onnx: SHA-256 differs). Run `calque models pull fake`',
    );
    expect(stdout).toContain('self-test    not run');
    expect(calque.engines).toHaveLength(0);
  });

  test('a model that was found damaged before is still damaged, not incomplete', async () => {
    await writeSelfTest('bar');
    const plain = fakeStore();
    const [listed] = await plain.list();
    if (listed === undefined) throw new Error('the fake store has a model');
    const files = [
      { name: 'd.onnx', ok: false, expectedSha256: 'a', actualSha256: 'c', problem: 'has other contents' },
    ];
    const store = fakeStore({
      list: async () => [{ ...listed, state: 'damaged' }],
      verify: async (id) => ({ id, folder: '/models/fake', ok: false, files }),
    });
    const context = { openStore: async () => store };
    const { code, stdout } = await calque.run(['doctor'], { context });
    expect(code).toBe(73);
    expect(stdout).toContain('model        fake (default): damaged\n');
    expect(stdout).toContain(
      'the model fake is damaged (d.onnx: has other contents). Run `calque models pull fake`',
    );
    const verified = await calque.run(['models', 'verify'], { context });
    expect(verified.code).toBe(52);
    expect(verified.stdout).toBe('fake  d.onnx  has other contents\n');
    expect(verified.stderr).toContain('fake is damaged: d.onnx has other contents');
    expect(verified.stderr).toContain('calque models pull fake');
    expect((await calque.run(['models', 'list'], { context })).stdout).toContain('fake  damaged');
  });

  test('without any model nothing is downloaded', async () => {
    const pulled: string[] = [];
    const store = fakeStore({
      list: async () => [],
      ensure: async (id) => {
        pulled.push(id);
        throw new Error('must not be called');
      },
    });
    const { code, stdout } = await calque.run(['doctor'], { context: { openStore: async () => store } });
    expect(code).toBe(73);
    expect(stdout).toContain('problem: no model is installed. Run `calque models pull`');
    expect(pulled).toEqual([]);
  });

  test('an engine that does not start is a problem, not a crash', async () => {
    const createEngine = async (): Promise<never> => {
      throw new Error('no such library');
    };
    const { code, stdout } = await calque.run(['doctor'], { context: { createEngine } });
    expect(code).toBe(73);
    expect(stdout).toContain('fake does not run: no such library');
  });
});

describe('calque quick-test', () => {
  test('prints sizes, score, area and times of the middle half', async () => {
    await calque.image('a.png', 60, 40);
    const { code, stdout } = await calque.run(['quick-test', 'a.png']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^image {6}a\.png, 60 x 40 px\nmodel {6}fake on fake, 1 thread\nprompt {5}box 15,10,45,30\nmask {7}60 x 40 px\nscore {6}0\.950\nmask area {2}\d+ px\nload .* ms\nencode .* ms\ndecode .* ms\n$/,
    );
    expect(await calque.list()).toEqual(['a.png']);
  });

  test('takes a prompt', async () => {
    await calque.image('a.png', 60, 40);
    const { stdout } = await calque.run(['quick-test', 'a.png', '--fg', '7,8', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      image: { width: 60, height: 40 },
      prompt: { box: null, points: [{ x: 7, y: 8, label: 'foreground' }] },
      mask: { width: 60, height: 40 },
    });
  });
});

describe('calque models', () => {
  test('lists what can be had', async () => {
    const { stdout } = await calque.run(['models', 'list']);
    expect(stdout.split('\n')[2]).toMatch(/^fake +installed +246 B +Apache-2.0 +draws shapes \(default\)$/);
    const { stdout: json } = await calque.run(['models', 'list', '--json']);
    expect(JSON.parse(json)).toMatchObject([
      { id: 'fake', state: 'installed', licence: { spdx: 'Apache-2.0' } },
    ]);
  });

  test('prints the folder of a model alone', async () => {
    expect(await calque.run(['models', 'path', 'fake'])).toEqual({
      code: 0,
      stdout: '/models/fake\n',
      stderr: '',
    });
  });

  test('verifies, and fails on damage', async () => {
    expect((await calque.run(['models', 'verify'])).stdout).toBe(
      'fake  encoder.onnx  ok\nfake  decoder.onnx  ok\n',
    );
    const store = fakeStore({ verify: async (id) => ({ id, folder: '', ok: false, files: [] }) });
    const damaged = await calque.run(['models', 'verify', 'fake'], {
      context: { openStore: async () => store },
    });
    expect(damaged.code).toBe(52);
  });

  test('verifies what is there in part, says what to do and goes on with the others', async () => {
    const plain = fakeStore();
    const [listed] = await plain.list();
    if (listed === undefined) throw new Error('the fake store has a model');
    const other = { ...listed, manifest: { ...listed.manifest, id: 'other' } };
    const store = fakeStore({
      list: async () => [{ ...listed, state: 'incomplete' }, other, { ...other, state: 'absent' }],
      verify: async (id) => {
        if (id === 'other') return plain.verify(id);
        throw new CalqueError({
          code: 'model-not-installed',
          message: 'fake is not installed',
          remedy: 'Pull it',
        });
      },
    });
    const context = { openStore: async () => store };
    const { code, stdout, stderr } = await calque.run(['models', 'verify'], { context });
    expect(code).toBe(51);
    expect(stdout).toBe('fake  incomplete\nother  encoder.onnx  ok\nother  decoder.onnx  ok\n');
    expect(stderr).toBe('calque: fake is not installed. Pull it\n');
  });

  test('says that it waits once and then every five seconds', async () => {
    const plain = fakeStore();
    let nowMs = 0;
    const store = fakeStore({
      ensure: async (id, options) => {
        for (; nowMs < 11_000; nowMs += 250) {
          options?.onProgress?.({ kind: 'waiting-for-lock', id, waitedMs: nowMs });
        }
        return plain.resolve(id);
      },
    });
    const context = { openStore: async () => store, now: () => new Date(nowMs) };
    const { stderr } = await calque.run(['models', 'pull'], { context });
    expect(stderr).toBe('waiting for another process that downloads fake\n'.repeat(3));
  });

  test('shows the licence of a download also when it is to be quiet', async () => {
    const plain = fakeStore();
    const store = fakeStore({
      ensure: async (id, options) => {
        const say = options?.onProgress;
        say?.({ kind: 'licence', id, licence: { spdx: 'MIT', origin: 'somebody' }, totalBytes: 44_600_000 });
        say?.({ kind: 'source-start', id, source: 'npm package x@1', resumedBytes: 0 });
        return plain.resolve(id);
      },
    });
    const { stderr } = await calque.run(['models', 'pull', '--quiet'], {
      context: { openStore: async () => store },
    });
    expect(stderr).toBe('fake: 44.6 MB to download\n  licence: MIT\n  origin: somebody\n');
  });

  test('shows licence, origin and source of a download on stderr', async () => {
    const plain = fakeStore();
    const store = fakeStore({
      ensure: async (id, options) => {
        const say = options?.onProgress;
        say?.({ kind: 'licence', id, licence: { spdx: 'MIT', origin: 'somebody' }, totalBytes: 44_600_000 });
        say?.({ kind: 'source-start', id, source: 'npm package x@1', resumedBytes: 1500 });
        say?.({ kind: 'source-retry', id, source: 'npm package x@1', reason: 'refused', delayMs: 4000 });
        say?.({ kind: 'source-failed', id, source: 'npm package x@1', reason: 'timeout' });
        say?.({ kind: 'done', id, folder: '/models/fake', alreadyInstalled: false });
        return plain.resolve(id);
      },
    });
    const context = { openStore: async () => store };
    const { code, stdout, stderr } = await calque.run(['models', 'pull'], { context });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      'fake: 44.6 MB to download',
      '  licence: MIT',
      '  origin: somebody',
      'downloading fake from npm package x@1 (1.5 kB are here already)',
      'npm package x@1 failed: refused; trying again in 4 s',
      'npm package x@1 failed: timeout',
      'fake is installed in /models/fake',
      '',
    ]);
  });

  test('removes', async () => {
    expect((await calque.run(['models', 'remove', 'fake'])).stderr).toBe('fake was removed\n');
  });
});
