export * from './manifest/builtin-manifests.ts';
export * from './manifest/manifest.ts';
