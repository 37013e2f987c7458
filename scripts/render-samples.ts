/**
 * Renders the sample images and their exact masks into samples/. `npm run samples` does all of them, which takes
 * minutes; names after it choose. The result is the same every time.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import sharp from 'sharp';
import { describeLabels, type SampleImage } from './samples/describe-labels.ts';
import { renderImage, renderLabels } from './samples/render-scene.ts';
import type { Scene } from './samples/scene.ts';
import { scenes } from './samples/scenes.ts';

const folder = 'samples/';
const listFile = `${folder}samples.json`;

const chosen = process.argv.slice(2);
const before = readList();
const images: SampleImage[] = [];
for (const scene of scenes) {
  const known = before.find((image) => image.name === scene.name);
  const skip = chosen.length > 0 && !chosen.includes(scene.name);
  images.push(skip && known !== undefined ? known : await render(scene));
}
writeFileSync(listFile, `${JSON.stringify({ images }, null, 2)}\n`);

async function render(scene: Scene): Promise<SampleImage> {
  console.error(`rendering ${scene.name}, ${scene.width} x ${scene.height}`);
  const { width, height } = scene;
  const labels = renderLabels(scene);
  const described = describeLabels(scene, labels);
  const pixels = renderImage(scene, labels);
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 92, chromaSubsampling: '4:4:4' })
    .toFile(folder + described.image);
  await sharp(labels, { raw: { width, height, channels: 1 } })
    .toColourspace('b-w')
    .png({ compressionLevel: 9 })
    .toFile(folder + described.labels);
  return described;
}

function readList(): readonly SampleImage[] {
  try {
    return (JSON.parse(readFileSync(listFile, 'utf8')) as { images: SampleImage[] }).images;
  } catch {
    return [];
  }
}
