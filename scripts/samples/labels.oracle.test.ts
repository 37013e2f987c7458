import { expect, test } from 'vitest';
import { readLabels } from './read-labels.ts';
import { renderLabels } from './render-scene.ts';
import { scenes } from './scenes.ts';

test.each(scenes)('the label map of $name is what its scene gives', async (scene) => {
  expect(Buffer.compare(await readLabels(scene.name), Buffer.from(renderLabels(scene)))).toBe(0);
});
