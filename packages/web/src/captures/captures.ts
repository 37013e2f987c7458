/** What can be taken out of the page, in the order of the menu. */
export const captures = [
  { name: 'overlay', copyable: true, forReport: true, suffix: '.overlay.png' },
  { name: 'cut-out', copyable: true, forReport: false, suffix: '.cut-out.png' },
  { name: 'mask', copyable: true, forReport: false, suffix: '.mask.png' },
  { name: 'record', copyable: true, forReport: false, suffix: '.json' },
] as const;

export type CaptureName = (typeof captures)[number]['name'];

/** `dog.jpg` and `left ear` become `dog.left-ear.mask.png`. */
export function captureFileName(
  image: string,
  object: string,
  name: CaptureName | 'comparison' | 'sensitivity',
): string {
  const suffix = captures.find((capture) => capture.name === name)?.suffix ?? `.${name}.png`;
  const stem = image.replace(/\.[^.]+$/, '');
  const part = name === 'overlay' ? '' : object.trim().replaceAll(/[^\p{L}\p{N}._]+/gu, '-');
  return `${stem}${part === '' ? '' : `.${part}`}${suffix}`;
}
