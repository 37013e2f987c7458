export * from './contract.ts';
export {
  imageChanged,
  imageCorrupt,
  imageEmpty,
  imageIsFolder,
  imageMissing,
  imageTooLarge,
  imageUnreadable,
} from './errors.ts';
export {
  type EvaluatedImage,
  type EvaluateOptions,
  evaluateImage,
  type ImageEvaluation,
} from './evaluation/evaluate-image.ts';
export { unpackTensors } from './unpack-tensors.ts';
