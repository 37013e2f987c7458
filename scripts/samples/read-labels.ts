import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** The stored label map of a scene: one byte per pixel, row-major. */
export async function readLabels(name: string): Promise<Buffer> {
  const file = fileURLToPath(new URL(`../../samples/${name}.labels.png`, import.meta.url));
  // Without this, sharp gives three equal channels for a grey picture.
  return sharp(file).extractChannel(0).raw().toBuffer();
}
