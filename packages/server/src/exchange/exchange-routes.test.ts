import { strToU8, unzipSync, zipSync } from 'fflate';
import { afterEach, describe, expect, test } from 'vitest';
import { ServerHarness } from '../testing/server-harness.ts';

let harness: ServerHarness;
afterEach(async () => {
  expect(harness.faults).toEqual([]);
  await harness.close();
});

const coco = {
  images: [{ id: 1, file_name: 'a.png', width: 64, height: 48 }],
  categories: [{ id: 1, name: 'wheel' }],
  annotations: [{ id: 1, image_id: 1, category_id: 1, segmentation: [[3, 4, 20, 4, 20, 9, 3, 9]] }],
};

async function open() {
  harness = await ServerHarness.create({ files: { 'a.png': [64, 48], 'b/c.png': [40, 30] } });
  const params = { datasetId: harness.dataset.id };
  const send = (format: 'coco' | 'yolo', name: string, content: string | Uint8Array) => {
    const body = new FormData();
    body.set('file', new File([content as never], name));
    return harness.client.call('importDataset', { params, query: { format }, body } as never);
  };
  return { params, send };
}

describe('the exchange over HTTP', () => {
  test('takes a file, tells the pages, and gives it back', async () => {
    const { params, send } = await open();
    expect(await send('coco', 'x.json', JSON.stringify(coco))).toEqual({
      images: 1,
      objects: 1,
      known: 0,
      faults: [],
    });
    expect(harness.events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['labels', 'entries', 'image']),
    );
    const query = { format: 'coco', segmentation: 'polygons' } as const;
    const bytes = await harness.client.call('exportDataset', { params, query });
    const back = JSON.parse(Buffer.from(bytes).toString()) as typeof coco;
    expect(back.annotations.map(({ segmentation }) => segmentation)).toEqual([[[3, 4, 20, 4, 20, 9, 3, 9]]]);
    const zip = unzipSync(
      new Uint8Array(await harness.client.call('exportDataset', { params, query: { format: 'yolo' } })),
    );
    expect(Object.keys(zip)).toEqual(['data.yaml', 'labels/a.txt']);
    const bundle = unzipSync(new Uint8Array(await harness.client.call('readBundle', { params })));
    expect(Object.keys(bundle).sort()).toEqual([
      'calque-bundle.json',
      'images/a.png',
      'images/b/c.png',
      'state/calque.sqlite',
    ]);
  });

  test('takes a zip, and refuses one that leads out of its folder', async () => {
    const { send } = await open();
    const yolo = {
      'data.yaml': strToU8('names: [wheel]'),
      'labels/b/c.txt': strToU8('0 0.1 0.1 0.5 0.1 0.5 0.5\n'),
    };
    expect(await send('yolo', 'y.zip', zipSync(yolo))).toMatchObject({ objects: 1, faults: [] });
    const evil = send('yolo', 'y.zip', zipSync({ ...yolo, '../../evil.txt': strToU8('0') }));
    await expect(evil).rejects.toMatchObject({ code: 'import-unreadable', details: { status: 422 } });
    const bomb = zipSync({ 'data.yaml': new Uint8Array(40_000_000) }, { level: 9 });
    await expect(send('yolo', 'z.zip', bomb)).rejects.toMatchObject({ code: 'import-unreadable' });
  });

  test('lists what does not fit', async () => {
    const { send } = await open();
    const wrong = { ...coco, images: [{ ...coco.images[0], width: 65 }] };
    await expect(send('coco', 'x.json', JSON.stringify(wrong))).rejects.toMatchObject({
      code: 'import-refused',
      details: { status: 422, faults: [{ place: 'a.png', problem: 'masks of 65 x 48 pixels' }] },
    });
  });
});

describe('tags, suggestions, selection and statistics', () => {
  test('a tag is put on images, found, and taken away', async () => {
    const { params } = await open();
    const [a, c] = [await harness.image('a.png'), await harness.image('b/c.png')];
    await harness.client.call('changeTags', { params, body: { images: [a, c], add: ['night'] } });
    const found = await harness.client.call('listImages', { params, query: { tag: 'night' } });
    expect(found.images.map(({ path, tags }) => [path, tags])).toEqual([
      ['a.png', ['night']],
      ['b/c.png', ['night']],
    ]);
    await harness.client.call('changeTags', { params, body: { images: [a], remove: ['night'] } });
    expect(await harness.client.call('listImages', { params, query: { tag: 'night' } })).toMatchObject({
      total: 1,
    });
    expect((await harness.client.call('readStatistics', { params })).tags).toEqual([
      { name: 'night', count: 1 },
    ]);
    const unknown = harness.client.call('changeTags', {
      params,
      body: { images: ['nowhere'], add: ['night'] },
    });
    await expect(unknown).rejects.toMatchObject({ code: 'image-unknown' });
  });

  test('a suggestion comes with the thumbnail, and goes when it is refused', async () => {
    const { params } = await open();
    const imageId = await harness.image('a.png');
    await harness.client.call('readThumbnail', { params: { ...params, imageId } });
    const image = await harness.client.call('readImage', { params: { ...params, imageId } });
    expect(image.suggestions).toHaveLength(1);
    const [suggestion] = image.suggestions;
    expect(suggestion?.value).not.toBe(suggestion?.threshold);
    const refuse = [suggestion?.tag ?? ''];
    const [after] = await harness.client.call('changeTags', { params, body: { images: [imageId], refuse } });
    expect(after).toMatchObject({ tags: [], suggestions: [] });
  });

  test('a selection is proposed, the same each time, and nothing is changed', async () => {
    const { params } = await open();
    const propose = async (count: number) =>
      (await harness.client.call('proposeSelection', { params, body: { count } })).images.map(
        ({ path }) => path,
      );
    expect(await propose(1)).toEqual(await propose(1));
    expect((await propose(5)).sort()).toEqual(['a.png', 'b/c.png']);
    expect((await harness.client.call('readStatistics', { params })).tags).toEqual([]);
  });
});
