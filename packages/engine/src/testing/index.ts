export { createFakeEngine } from './create-fake-engine.ts';
export { type EngineUnderTest, engineContract } from './engine-contract.ts';
export { FakeBackend, type FakeBackendOptions, type FakeCall } from './fake-backend.ts';
