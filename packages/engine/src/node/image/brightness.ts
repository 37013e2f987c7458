/**
 * Mean luma of an image, in [0, 1], with the weights of Rec. 709 on gamma-encoded values (what video calls luma): enough to tell
 * night from day, and cheap. 0 for no pixels.
 *
 * @param pixels uint8, interleaved RGB (sRGB), in any order of pixels.
 */
export function brightnessOf(pixels: Uint8Array): number {
  const count = Math.floor(pixels.length / 3);
  if (count === 0) return 0;
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let i = 0; i < 3 * count; i += 3) {
    red += pixels[i] as number;
    green += pixels[i + 1] as number;
    blue += pixels[i + 2] as number;
  }
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / (255 * count);
}
