import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { describeLabels, type SampleImage } from './describe-labels.ts';
import { readLabels } from './read-labels.ts';
import { scenes } from './scenes.ts';

const folder = fileURLToPath(new URL('../../samples/', import.meta.url));
const { images } = JSON.parse(readFileSync(`${folder}samples.json`, 'utf8')) as { images: SampleImage[] };

describe.each(scenes.map((scene) => [scene.name, scene] as const))('the sample %s', (name, scene) => {
  const listed = images.find((image) => image.name === name);

  test('has the areas, boxes and prompts that its label map gives', async () => {
    expect(describeLabels(scene, await readLabels(name))).toEqual(listed);
  });

  test('has a picture of the size of its label map', async () => {
    const { width, height, channels } = await sharp(`${folder}${name}.jpg`).metadata();
    expect({ width, height, channels }).toEqual({ width: scene.width, height: scene.height, channels: 3 });
  });

  test('has a click inside every object', async () => {
    const labels = await readLabels(name);
    const under = listed?.objects.map(
      ({ prompt: { click } }) => labels[Math.floor(click.y) * scene.width + Math.floor(click.x)],
    );
    expect(under).toEqual(listed?.objects.map((object) => object.id));
  });
});

test('the list names each scene once', () => {
  expect(images.map((image) => image.name)).toEqual(scenes.map((scene) => scene.name));
});
