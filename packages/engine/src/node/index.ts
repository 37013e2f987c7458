export { packEmbedding } from './cache/embedding-file.ts';
export {
  createLadderEngine,
  type LadderEngineOptions,
  type SteppingEngine,
} from './create-ladder-engine.ts';
export { createNodeEngine, type NodeEngine, type NodeEngineOptions } from './create-node-engine.ts';
export { IMAGE_LOADERS } from './image/image-loaders.ts';
export { readImage } from './image/read-image.ts';
export { sniffFormat } from './image/sniff-format.ts';
export { physicalCores } from './physical-cores.ts';
