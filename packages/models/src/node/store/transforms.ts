import type { ModelFile } from '../../manifest/manifest.ts';
import { exposeSam1Candidates } from '../onnx/expose-sam1-candidates.ts';

type TransformName = NonNullable<ModelFile['derivedFrom']>['transform'];

/** How a derived file is made from the source's, by the name in the manifest. */
export const transforms: Readonly<Record<TransformName, (bytes: Uint8Array, name: string) => Uint8Array>> = {
  'expose-sam1-candidates': exposeSam1Candidates,
};
