export { createNodeEngine, type NodeEngine, type NodeEngineOptions } from './create-node-engine.ts';
export { physicalCores } from './physical-cores.ts';
