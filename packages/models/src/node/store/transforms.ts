import type { ModelFile } from '../../manifest/manifest.ts';

type TransformName = NonNullable<ModelFile['derivedFrom']>['transform'];
type Transform = (bytes: Uint8Array, name: string) => Uint8Array;

/** How a derived file is made from the source's, by the name in the manifest. Loaded only when it is needed. */
export const transforms: Readonly<Record<TransformName, () => Promise<Transform>>> = {
  'expose-sam1-candidates': async () =>
    (await import('../onnx/expose-sam1-candidates.ts')).exposeSam1Candidates,
};
