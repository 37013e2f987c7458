/**
 * Colours of annotations without a label, in the order they are given out. Told apart by colour-blind eyes in pairs of
 * neighbours; the first seven follow Okabe and Ito, 2008, brightened where a photograph would swallow them.
 */
export const PALETTE: readonly string[] = [
  '#56b4e9',
  '#e69f00',
  '#00b384',
  '#f0e442',
  '#e0609a',
  '#ff7043',
  '#5c7cfa',
  '#b3de69',
];

export function paletteColor(index: number): string {
  return PALETTE[index % PALETTE.length] as string;
}
