export * from './contract.ts';
export type * from './engine-event.ts';
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
export type { Fallback, MemoryStep } from './ladder/memory-step.ts';
export { unpackTensors } from './unpack-tensors.ts';
