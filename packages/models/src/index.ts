export { indexOfHighestScore } from './adapter/candidates.ts';
export {
  adapterFor,
  type FamilyAdapter,
  type GraphNames,
  type ModelPrompt,
  type RawCandidate,
} from './adapter/family-adapter.ts';
export type { NamedTensors, Tensor } from './adapter/tensor.ts';
export { modelDamaged } from './errors.ts';
export * from './manifest/builtin-manifests.ts';
export * from './manifest/manifest.ts';
export * from './manifest/parse-manifest.ts';
export { type Fit, fitImage, samplerFor, toModelPoint } from './preprocess/fit.ts';
export { maskPromptLogits } from './preprocess/mask-prompt-logits.ts';
export { resizeRgb } from './preprocess/resize-rgb.ts';
export { toTensor } from './preprocess/to-tensor.ts';
