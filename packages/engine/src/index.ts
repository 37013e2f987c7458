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
export { unpackTensors } from './unpack-tensors.ts';
