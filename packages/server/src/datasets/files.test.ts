import { mkdir, readdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, describe, expect, test } from 'vitest';
import { picture, ServerHarness } from '../testing/server-harness.ts';
import { created, testAnnotation } from '../testing/storage-contract.ts';

let harness: ServerHarness;
afterEach(async () => {
  expect(harness.faults).toEqual([]);
  await harness.close();
});

const list = async () => {
  await harness.dataset.indexed();
  return harness.client.call('listImages', { params: { datasetId: harness.dataset.id } });
};
const paths = async () => (await list()).images.map(({ path }) => path);
const append = async (path: string) =>
  harness.client.call('appendEntries', {
    params: { datasetId: harness.dataset.id, imageId: await harness.image(path) },
    body: { baseSeq: 0, entries: [created('e1', testAnnotation('x'))] },
  });

describe('the list of a folder', () => {
  test('has its images, not what is hidden, not what is no image by its name', async () => {
    harness = await ServerHarness.create({
      files: {
        'a.jpg': [8, 6],
        'b/c.PNG': 'text',
        '.hidden.jpg': 'x',
        '.git/x.jpg': 'x',
        '.calque/x.jpg': 'x',
        'notes.txt': 'x',
        'd.svg': '<svg/>',
      },
    });
    expect(await paths()).toEqual(['a.jpg', 'b/c.PNG']);
  });

  test('follows what is added, changed and removed, and keeps what there is work on', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [8, 6], 'b.jpg': [9, 6], 'c.jpg': [7, 6] } });
    await append('b.jpg');
    await append('c.jpg');
    await writeFile(join(harness.root, 'd.jpg'), await picture('d.jpg', 5, 4));
    await rm(join(harness.root, 'a.jpg'));
    await rm(join(harness.root, 'b.jpg'));
    await writeFile(join(harness.root, 'c.jpg'), await picture('other.jpg', 7, 6));
    harness.dataset.rescan();
    expect(await paths()).toEqual(['b.jpg', 'c.jpg', 'd.jpg']);
    await harness.until(
      (event) => event.type === 'image' && event.image.path === 'c.jpg' && event.image.changed,
    );
    const { images } = await list();
    expect(
      images.map(({ problem, changed, annotationCount }) => [problem, changed, annotationCount]),
    ).toEqual([
      ['missing', false, 1],
      [null, true, 1],
      [null, false, 0],
    ]);
  });

  test('takes a file that was put back as it was for the same', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [8, 6] } });
    await append('a.jpg');
    await rename(join(harness.root, 'a.jpg'), join(harness.folder, 'away.jpg'));
    harness.dataset.rescan();
    expect((await list()).images[0]).toMatchObject({ problem: 'missing' });
    await rename(join(harness.folder, 'away.jpg'), join(harness.root, 'a.jpg'));
    await utimes(join(harness.root, 'a.jpg'), 1e9, 1e9);
    harness.dataset.rescan();
    await harness.dataset.indexed();
    const image = await harness.client.call('readImage', {
      params: { datasetId: harness.dataset.id, imageId: await harness.image('a.jpg') },
    });
    expect(image).toMatchObject({ problem: null, changed: false });
  });

  test('notices by itself', async () => {
    harness = await ServerHarness.create();
    await writeFile(join(harness.root, 'new.jpg'), await picture('new.jpg', 5, 4));
    const event = await harness.until((each) => each.type === 'image' && each.change === 'added');
    expect(event).toMatchObject({ image: { path: 'new.jpg' } });
  });
});

describe('no path outside the dataset can be read:', () => {
  test('links that lead out are not listed, and not followed where they come later', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [8, 6], 'in/b.jpg': [8, 6] } });
    await writeFile(join(harness.folder, 'secret.jpg'), await picture('secret.jpg', 8, 6));
    await symlink(join(harness.folder, 'secret.jpg'), join(harness.root, 'link.jpg'));
    await symlink(harness.folder, join(harness.root, 'folder'));
    await symlink(join(harness.root, 'in/b.jpg'), join(harness.root, 'inside.jpg'));
    harness.dataset.rescan();
    expect(await paths()).toEqual(['a.jpg', 'in/b.jpg', 'inside.jpg']);
    const id = await harness.image('a.jpg');
    await rm(join(harness.root, 'a.jpg'));
    await symlink(join(harness.folder, 'secret.jpg'), join(harness.root, 'a.jpg'));
    for (const what of ['file', 'thumbnail', 'display', 'tiles.dzi']) {
      const answer = await harness.inject('GET', `${harness.path(id)}/${what}`);
      expect([answer.statusCode, what]).toEqual([expect.toSatisfy((code: number) => code >= 400), what]);
      expect(answer.headers['content-type']).toContain('problem+json');
    }
  });

  test.each([
    '/images/../../../../etc/passwd/file',
    '/images/%2e%2e%2f%2e%2e%2fetc%2fpasswd/file',
    '/images/..%5c..%5csecret.jpg/file',
    '/images/a%00.jpg/file',
  ])('%s', async (path) => {
    harness = await ServerHarness.create();
    const answer = await harness.inject('GET', `${harness.path()}${path}`);
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
  });

  test.each(['..%2f..%2fcalque.sqlite', '0_0.svg', '0_0.jpeg%00'])('tile %s', async (tile) => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [80, 60] } });
    const answer = await harness.inject(
      'GET',
      `${harness.path(await harness.image('a.jpg'))}/tiles_files/0/${tile}`,
    );
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
  });
});

describe('pictures', () => {
  test('a turned, transparent or 16-bit image is shown as the model sees it', async () => {
    const turned = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#f00' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const clear = await sharp({
      create: { width: 30, height: 20, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    })
      .png()
      .toBuffer();
    const deep = await sharp(new Uint16Array(12 * 10).fill(0x8000), {
      raw: { width: 12, height: 10, channels: 1 },
    })
      .toColourspace('grey16')
      .tiff()
      .toBuffer();
    harness = await ServerHarness.create({
      files: { 'turned.jpg': turned, 'clear.png': clear, 'deep.tif': deep },
    });
    const shown = async (path: string) => {
      const answer = await harness.inject('GET', `${harness.path(await harness.image(path))}/display`);
      expect(answer.statusCode).toBe(200);
      const { data, info } = await sharp(answer.rawPayload)
        .removeAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      return { width: info.width, height: info.height, first: data[0] };
    };
    expect(await shown('turned.jpg')).toMatchObject({ width: 20, height: 40 });
    expect(await shown('clear.png')).toEqual({ width: 30, height: 20, first: 255 });
    expect(await shown('deep.tif')).toEqual({ width: 12, height: 10, first: 128 });
    const page = await list();
    expect(page.images.find(({ path }) => path === 'turned.jpg')).toMatchObject({
      size: { width: 20, height: 40 },
      orientation: 6,
    });
  });

  test('an image that a browser shows right is given as it is, and once', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [40, 30] } });
    const url = `${harness.path(await harness.image('a.jpg'))}/display`;
    const first = await harness.inject('GET', url);
    expect(first.rawPayload).toEqual(await picture('a.jpg', 40, 30));
    const again = await harness.inject('GET', url, {
      headers: { 'if-none-match': String(first.headers.etag) },
    });
    expect(again.statusCode).toBe(304);
  });

  test('a large image comes in tiles, made once', async () => {
    harness = await ServerHarness.create({ files: { 'big.jpg': [5000, 4000] } });
    const id = await harness.image('big.jpg');
    expect(
      await harness.client.call('readImage', { params: { datasetId: harness.dataset.id, imageId: id } }),
    ).toMatchObject({
      display: 'tiles',
    });
    expect((await harness.inject('GET', `${harness.path(id)}/display`)).json()).toMatchObject({
      code: 'image-too-large',
    });
    const [one, two] = await Promise.all(
      [1, 2].map(() => harness.inject('GET', `${harness.path(id)}/tiles.dzi`)),
    );
    expect(one?.body).toMatch(/Width="5000"/);
    expect(two?.body).toBe(one?.body);
    const tile = await harness.inject('GET', `${harness.path(id)}/tiles_files/13/9_7.jpeg`);
    expect(tile.headers['content-type']).toBe('image/jpeg');
    expect(await sharp(tile.rawPayload).metadata()).toMatchObject({ width: 393, height: 417 });
    expect((await harness.inject('GET', `${harness.path(id)}/tiles_files/13/99_7.jpeg`)).statusCode).toBe(
      404,
    );
  });

  test.each([
    ['text.jpg', 'no image', 'unsupported'],
    ['drawing.png', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'unsupported'],
    ['empty.jpg', '', 'corrupt'],
    ['cut.png', '\x89PNG\r\n\x1a\n', 'unsupported'],
  ])('%s is listed with what is wrong, and not shown', async (name, content, problem) => {
    harness = await ServerHarness.create({ files: { [name]: content } });
    const id = await harness.image(name);
    const image = await harness.client.call('readImage', {
      params: { datasetId: harness.dataset.id, imageId: id },
    });
    expect(image.problem).toBe(problem);
    expect((await harness.inject('GET', `${harness.path(id)}/thumbnail`)).statusCode).toBe(422);
    expect((await harness.inject('GET', `${harness.path(id)}/display`)).json()).toMatchObject({
      code: 'image-not-shown',
    });
  });
});

describe('uploads', () => {
  const upload = async (
    files: readonly (readonly [name: string, content: Buffer | string])[],
    where: 'images' | 'captures' = 'images',
  ) => {
    const form = new FormData();
    for (const [name, content] of files)
      form.append('files', new Blob([new Uint8Array(Buffer.from(content))]), name);
    const encoded = new Response(form);
    return harness.inject('POST', `${harness.path()}/${where}`, {
      payload: Readable.from(Buffer.from(await encoded.arrayBuffer())),
      headers: { 'content-type': encoded.headers.get('content-type') ?? '' },
    });
  };

  test('take good files under safe names and replace none', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [8, 6] } });
    const before = await picture('a.jpg', 8, 6);
    const fresh = await picture('fresh.jpg', 20, 10);
    const answer = await upload([
      ['a.jpg', fresh],
      ['A.JPG', fresh],
      ['../../escape.jpg', fresh],
      ['.calque/calque.sqlite', fresh],
      ['no-extension', await picture('x.png', 5, 4)],
    ]);
    expect(answer.statusCode).toBe(200);
    expect(answer.json().refused).toEqual([]);
    expect((await paths()).sort()).toEqual(
      ['A (3).jpg', 'a (2).jpg', 'a.jpg', 'calque.sqlite.jpg', 'escape.jpg', 'no-extension.png'].sort(),
    );
    expect(await sharp(join(harness.root, 'a.jpg')).toBuffer()).toEqual(await sharp(before).toBuffer());
    expect(answer.json().images[0]).toMatchObject({ size: { width: 20, height: 10 }, problem: null });
  });

  test('refuse what is no image, what is cut and what would burst, and take the rest', async () => {
    harness = await ServerHarness.create({ limits: { uploadFileBytes: 200_000 } });
    const good = await picture('good.png', 30, 20);
    const answer = await upload([
      ['page.html', '<html><script>alert(1)</script>'],
      ['vector.png', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
      ['empty.png', ''],
      ['cut.jpg', (await picture('cut.jpg', 900, 700)).subarray(0, 3000)],
      ['bomb.png', bomb(60_000, 60_000)],
      ['long.jpg', Buffer.concat([await picture('long.jpg', 8, 6), Buffer.alloc(300_000)])],
      ['good.png', good],
    ]);
    const body = answer.json() as { refused: { name: string; code: string }[]; images: { path: string }[] };
    expect(body.images.map(({ path }) => path)).toEqual(['good.png']);
    expect(body.refused.map(({ name, code }) => [name, code])).toEqual([
      ['page.html', 'image-not-shown'],
      ['vector.png', 'image-not-shown'],
      ['empty.png', 'upload-refused'],
      ['cut.jpg', 'image-corrupt'],
      ['bomb.png', 'image-not-shown'],
      ['long.jpg', 'request-too-large'],
    ]);
    expect(await paths()).toEqual(['good.png']);
  });

  test('of pictures for the report are kept beside the images, each under a name of its own', async () => {
    harness = await ServerHarness.create({ files: { 'a.jpg': [8, 6] } });
    const shot = await picture('shot.png', 31, 17);
    const names = [];
    for (const name of ['a.overlay.png', 'a.overlay.png', '../../escape.png']) {
      names.push((await upload([[name, shot]], 'captures')).json().name);
    }
    expect(names).toEqual(['a.overlay.png', 'a.overlay (2).png', 'escape.png']);
    const kept = join(harness.root, '.calque', 'captures');
    expect((await readdir(kept)).sort()).toEqual([...names].sort());
    expect(await sharp(join(kept, 'escape.png')).metadata()).toMatchObject({ width: 31, height: 17 });
    expect(await paths()).toEqual(['a.jpg']);
    const refused = await upload([['page.png', '<html></html>']], 'captures');
    expect(refused.json()).toMatchObject({ code: 'image-not-shown' });
    expect(await readdir(kept)).toHaveLength(3);
  });

  test('may leave the name of a file out', async () => {
    harness = await ServerHarness.create();
    const head = '--x\r\ncontent-disposition: form-data; name="files"\r\ncontent-type: image/png\r\n\r\n';
    const body = Buffer.concat([
      Buffer.from(head),
      await picture('x.png', 5, 4),
      Buffer.from('\r\n--x--\r\n'),
    ]);
    const answer = await harness.inject('POST', `${harness.path()}/images`, {
      payload: Readable.from(body),
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
    });
    expect(answer.statusCode).toBe(200);
    expect(await paths()).toHaveLength(answer.json().images.length);
    expect(answer.json().refused).toEqual([]);
  });

  test('are refused whole where they are no form, or the folder may not be written', async () => {
    harness = await ServerHarness.create();
    const answer = await harness.inject('POST', `${harness.path()}/images`, { payload: { a: 1 } });
    expect(answer.json()).toMatchObject({ code: 'request-invalid' });
  });
});

/** A PNG of a few bytes that says it is huge. */
function bomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(25);
  header.writeUInt32BE(13, 0);
  header.write('IHDR', 4, 'latin1');
  header.writeUInt32BE(width, 8);
  header.writeUInt32BE(height, 12);
  header.set([8, 2, 0, 0, 0], 16);
  header.writeUInt32BE(crc32(header.subarray(4, 21)), 21);
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), header]);
}

test('an empty dataset is a list without images', async () => {
  harness = await ServerHarness.create();
  await mkdir(join(harness.root, 'sub'));
  expect(await list()).toEqual({ images: [], next: null, total: 0 });
});
