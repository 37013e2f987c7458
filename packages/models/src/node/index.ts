export type { ImportInput } from './convert/import-model.ts';
export { makeFolder } from './make-folder.ts';
export { calqueHome } from './store/calque-home.ts';
export { hashFile } from './store/file-identity.ts';
export * from './store/model-store.ts';
export * from './store/pull-event.ts';
