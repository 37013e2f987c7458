import { create } from '@bufbuild/protobuf';
import { sam1GraphUnexpected } from '../../errors.ts';
import { type GraphIndex, indexGraph, pruneInto, renameValueInto } from './graph-index.ts';
import { onnxDataType } from './onnx-constants.ts';
import { type OnnxModel, readOnnx, writeOnnx } from './onnx-file.ts';
import {
  type GraphProto,
  type NodeProto,
  StringStringEntryProtoSchema,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from './proto/onnx-pb.ts';

/**
 * Names of the decoder's inputs and outputs, as the official export script defines them (SamOnnxModel in
 * segment_anything/utils/onnx.py). The outputs keep their names and publish all candidates, as they do in an official
 * export without `return_single_mask`: float32 [1, 4, 256, 256] logits before any upsampling, and float32 [1, 4].
 */
const logitsOutput = 'low_res_masks';
const scoresOutput = 'iou_predictions';
const imageInput = 'image_embeddings';
const maskInput = 'mask_input';

/**
 * Rewrites a SAM 1 mask decoder exported with `return_single_mask`, so that it publishes the logits and scores of all
 * its candidates instead of those of the one that it picks. What nothing needs any more (the upsampling to the size of
 * the image, the choice itself, the output `masks`, the input `orig_im_size`) is dropped.
 *
 * The tensors are found by what the graph does, by the names that the exporter gave them: the one
 * ArgMax that both public outputs depend on is the choice; the values that are gathered by it are the candidates.
 *
 * @param bytes the `.onnx` file of the decoder; unchanged
 * @returns the edited file; the same bytes on every machine
 * @throws CalqueError `sam1-graph-unexpected` where the graph is not such a decoder
 */
export function exposeSam1Candidates(bytes: Uint8Array, name: string): Uint8Array {
  const model = readOnnx(bytes, name);
  const { graph } = model;
  const found = findCandidates(graph, name);
  const logitsSide = inputShape(graph, maskInput, name).slice(2);
  graph.output = [
    floatOutput(found.logits, [1, found.count, ...logitsSide]),
    floatOutput(found.scores, [1, found.count]),
  ];
  pruneInto(graph);
  // After the pruning, since until then the old outputs have these names.
  renameValueInto(graph, found.logits, logitsOutput);
  renameValueInto(graph, found.scores, scoresOutput);
  stamp(model);
  return writeOnnx(model);
}

interface Candidates {
  readonly logits: string;
  readonly scores: string;
  readonly count: number;
}

function findCandidates(graph: GraphProto, name: string): Candidates {
  const index = indexGraph(graph);
  const choice = findChoice(graph, index, name);
  const logits = gatheredBy(choice, logitsOutput, graph, index, name);
  const scores = gatheredBy(choice, scoresOutput, graph, index, name);
  if (!index.ancestors(choice.input[0] ?? '').has(scores)) {
    throw sam1GraphUnexpected(name, 'the choice does not depend on the published scores');
  }
  return { logits, scores, count: candidateCount(scores, graph, index, name) };
}

/** The ArgMax over the scores, which both outputs depend on and which depends on the image. */
function findChoice(graph: GraphProto, index: GraphIndex, name: string): NodeProto {
  const masks = index.ancestors(logitsOutput);
  const scores = index.ancestors(scoresOutput);
  const choices = graph.node.filter((node) => {
    const output = node.output[0] ?? '';
    return (
      node.opType === 'ArgMax' &&
      masks.has(output) &&
      scores.has(output) &&
      index.ancestors(output).has(imageInput)
    );
  });
  const [choice] = choices;
  if (choice === undefined || choices.length > 1) {
    throw sam1GraphUnexpected(
      name,
      `${choices.length} ArgMax nodes choose a mask for its outputs ${logitsOutput} and ${scoresOutput}, not one`,
    );
  }
  return choice;
}

/** The value that is gathered by the choice on the way to an output, before it is flattened for that. */
function gatheredBy(
  choice: NodeProto,
  output: string,
  graph: GraphProto,
  index: GraphIndex,
  name: string,
): string {
  const chosen = choice.output[0] ?? '';
  const upstream = index.dataAncestors(output);
  const gathers = graph.node.filter(
    (node) =>
      node.opType === 'Gather' &&
      upstream.has(node.output[0] ?? '') &&
      index.ancestors(node.input[1] ?? '').has(chosen) &&
      !index.ancestors(node.input[0] ?? '').has(chosen),
  );
  const [gather] = gathers;
  if (gather === undefined || gathers.length > 1) {
    throw sam1GraphUnexpected(
      name,
      `${gathers.length} Gather nodes take the chosen one for ${output}, not one`,
    );
  }
  const source = gather.input[0] ?? '';
  const flatten = index.producer(source);
  return flatten?.opType === 'Flatten' ? (flatten.input[0] ?? '') : source;
}

/** The number of candidates: the length of the bias of the last layer of the scores' head. */
function candidateCount(scores: string, graph: GraphProto, index: GraphIndex, name: string): number {
  const layer = index.producer(scores);
  const bias = graph.initializer.find((tensor) => tensor.name === layer?.input[2]);
  if (layer?.opType !== 'Gemm' || bias === undefined || bias.dims.length !== 1) {
    throw sam1GraphUnexpected(name, 'the scores are not made by a linear layer with a bias');
  }
  return Number(bias.dims[0]);
}

function inputShape(graph: GraphProto, input: string, name: string): readonly number[] {
  const type = graph.input.find((candidate) => candidate.name === input)?.type?.value;
  const dims = type?.case === 'tensorType' ? (type.value.shape?.dim ?? []) : [];
  const shape = dims.map((dim) => (dim.value.case === 'dimValue' ? Number(dim.value.value) : 0));
  if (shape.length !== 4 || shape.includes(0)) {
    throw sam1GraphUnexpected(name, `its input ${input} has no fixed shape of four dimensions`);
  }
  return shape;
}

function floatOutput(name: string, shape: readonly number[]): ValueInfoProto {
  const dim = shape.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }));
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: onnxDataType.float, shape: { dim } } } },
  });
}

function stamp(model: OnnxModel): void {
  model.metadataProps.push(
    create(StringStringEntryProtoSchema, { key: 'calque.transform', value: 'expose-sam1-candidates' }),
  );
}
