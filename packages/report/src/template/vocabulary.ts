/** Blocks that a template can name, each in a paragraph of its own. docs/report.md describes them. */
export const BLOCK_NAMES = [
  'environment',
  'access',
  'dataset',
  'dataset-cases',
  'model',
  'quick-test',
  'measures',
  'overlays',
  'workbench',
  'predictions',
  'box-sensitivity',
  'comparisons',
  'failures',
  'monitoring',
  'model-comparison',
  'model-overlays',
  'records',
] as const;
export type BlockName = (typeof BLOCK_NAMES)[number];

/** Values that a template can name within text. */
export const VALUE_NAMES = [
  'dataset-name',
  'dataset-folder',
  'image-count',
  'object-count',
  'model-id',
  'date',
  'version',
] as const;
export type ValueName = (typeof VALUE_NAMES)[number];

export function isBlockName(name: string): name is BlockName {
  return (BLOCK_NAMES as readonly string[]).includes(name);
}

export function isValueName(name: string): name is ValueName {
  return (VALUE_NAMES as readonly string[]).includes(name);
}
