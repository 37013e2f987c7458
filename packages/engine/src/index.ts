export * from './contract.ts';
export { imageChanged, imageEmpty, imageIsFolder, imageMissing, imageUnreadable } from './errors.ts';
export { unpackTensors } from './unpack-tensors.ts';
