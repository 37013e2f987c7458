export { createNodeEngine, type NodeEngine, type NodeEngineOptions } from './create-node-engine.ts';
export { sniffFormat } from './image/sniff-format.ts';
export { physicalCores } from './physical-cores.ts';
