import type { InputSpec, ModelFamily } from '../../manifest/manifest.ts';
import type { Graph } from '../onnx/graph/graph.ts';

/** What a checkpoint becomes. Nothing has been read of its weights yet, but every tensor has its place. */
export interface ConversionPlan {
  /** What the model is called unless it is given another name. */
  readonly id: string;
  readonly family: ModelFamily;
  readonly variant: string;
  readonly description: string;
  readonly input: InputSpec;
  readonly encoder: Graph;
  readonly decoder: Graph;
}
