import { onnxPairUnknown } from '../../errors.ts';
import type { ModelFamily, ModelInterface } from '../../manifest/manifest.ts';
import { onnxDataType } from './onnx-constants.ts';
import { describeGraphValue, type GraphValue } from './onnx-interface.ts';
import { normalisedImage } from './take-normalised-image.ts';

/** What a graph takes and gives. */
export interface OnnxInterface {
  /** Of the file, for messages. */
  readonly file: string;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
}

export interface RecognisedPair {
  readonly family: ModelFamily;
  readonly interface: ModelInterface;
  /** In words. */
  readonly exporter: string;
  readonly encoder: OnnxInterface;
  readonly decoder: OnnxInterface;
  /** What the encoder's input and output are called in its file, where that differs from the interface. */
  readonly encoderNames: Readonly<Record<string, string>>;
  /** The encoder normalises and pads by itself, and takes float32 [height, width, 3]. */
  readonly takesPixels: boolean;
  /** Side of the square that the encoder sees. */
  readonly imageSize: number;
  readonly logitsSize: number;
}

/** A kind of pair, by what its decoder takes and gives. */
interface PairKind {
  readonly family: ModelFamily;
  readonly interface: ModelInterface;
  readonly exporter: string;
  readonly decoderInputs: readonly string[];
  /** Inputs that some versions have besides. */
  readonly optionalInputs: readonly string[];
  readonly decoderOutputs: readonly string[];
  /** What the decoder takes of the encoder, with the channels and the share of the input's side, if that is fixed. */
  readonly embeddings: readonly string[];
}

/**
 * Sources: `segment_anything/utils/onnx.py` and `scripts/export_onnx_model.py`; `export_sam2.py` of samexporter;
 * `SamModel` and `Sam2Model` of transformers.js.
 */
const kinds: readonly PairKind[] = [
  {
    family: 'sam1',
    interface: 'published',
    exporter: 'official SAM 1 export or samexporter',
    decoderInputs: ['image_embeddings', 'point_coords', 'point_labels', 'mask_input', 'has_mask_input'],
    optionalInputs: ['orig_im_size'],
    decoderOutputs: ['low_res_masks', 'iou_predictions'],
    embeddings: ['image_embeddings'],
  },
  {
    family: 'sam2',
    interface: 'published',
    exporter: 'samexporter for SAM 2',
    decoderInputs: [
      'image_embed',
      'high_res_feats_0',
      'high_res_feats_1',
      'point_coords',
      'point_labels',
      'mask_input',
      'has_mask_input',
    ],
    optionalInputs: ['orig_im_size'],
    decoderOutputs: ['masks', 'iou_predictions'],
    embeddings: ['image_embed', 'high_res_feats_0', 'high_res_feats_1'],
  },
  {
    family: 'sam1',
    interface: 'transformers',
    exporter: 'transformers for SAM 1',
    decoderInputs: ['input_points', 'input_labels', 'image_embeddings', 'image_positional_embeddings'],
    optionalInputs: [],
    decoderOutputs: ['pred_masks', 'iou_scores'],
    embeddings: ['image_embeddings', 'image_positional_embeddings'],
  },
  {
    family: 'sam2',
    interface: 'transformers',
    exporter: 'transformers for SAM 2',
    decoderInputs: [
      'input_points',
      'input_labels',
      'input_boxes',
      'image_embeddings.0',
      'image_embeddings.1',
      'image_embeddings.2',
    ],
    optionalInputs: [],
    decoderOutputs: ['pred_masks', 'iou_scores'],
    embeddings: ['image_embeddings.0', 'image_embeddings.1', 'image_embeddings.2'],
  },
];

/** Where the adapter of an interface looks for the image; the decoder's names are those of its kind. */
const encoderInput: Readonly<Record<string, string>> = {
  'sam1 published': 'input',
  'sam2 published': 'image',
  'sam1 transformers': 'pixel_values',
  'sam2 transformers': 'pixel_values',
};

/**
 * Finds out which exporter wrote a pair of graphs and which of them is the decoder, by the names and shapes of their inputs
 * and outputs. Throws `onnx-pair-unknown`, which lists what was seen.
 */
export function recogniseOnnxPair(first: OnnxInterface, second: OnnxInterface): RecognisedPair {
  const fail = (reason: string): Error => onnxPairUnknown([first, second].map(described), reason);
  for (const [encoder, decoder] of [
    [first, second],
    [second, first],
  ] as const) {
    const kind = kinds.find((each) => isDecoderOf(each, decoder));
    if (kind !== undefined) return pairOf(kind, encoder, decoder, fail);
  }
  throw fail('neither is a decoder that takes points and gives masks with scores');
}

function isDecoderOf(kind: PairKind, { inputs, outputs }: OnnxInterface): boolean {
  const names = inputs.map(({ name }) => name);
  const allowed = [...kind.decoderInputs, ...kind.optionalInputs];
  return (
    kind.decoderInputs.every((name) => names.includes(name)) &&
    names.every((name) => allowed.includes(name)) &&
    kind.decoderOutputs.every((name) => outputs.some((output) => output.name === name))
  );
}

function pairOf(
  kind: PairKind,
  encoder: OnnxInterface,
  decoder: OnnxInterface,
  fail: (reason: string) => Error,
): RecognisedPair {
  const [image, ...others] = encoder.inputs;
  if (image === undefined || others.length > 0) throw fail('the encoder does not take one image');
  const logitsSize = logitsSizeOf(decoder);
  const takesPixels = isPixels(kind, image);
  const side = takesPixels ? 4 * (logitsSize ?? 256) : squareSideOf(image, fail);
  return {
    family: kind.family,
    interface: kind.interface,
    exporter: kind.exporter,
    encoder,
    decoder,
    encoderNames: encoderNamesOf(kind, takesPixels ? normalisedImage : image.name, encoder, fail),
    takesPixels,
    imageSize: side,
    logitsSize: logitsSize ?? side / 4,
  };
}

/** [height, width, 3], as samexporter's `--use-preprocess` has it for SAM 1. */
function isPixels({ family, interface: names }: PairKind, { shape, elementType }: GraphValue): boolean {
  return (
    family === 'sam1' &&
    names === 'published' &&
    shape?.length === 3 &&
    shape[2] === 3 &&
    elementType === onnxDataType.float
  );
}

function squareSideOf({ shape }: GraphValue, fail: (reason: string) => Error): number {
  const side = shape?.[3] ?? 1024;
  if (shape?.length !== 4 || (shape[1] ?? 3) !== 3 || (shape[2] ?? side) !== side)
    throw fail('the encoder does not take a square image of three channels, [1, 3, side, side]');
  return side;
}

/** SAM 1 encoders are exported by many hands under many names; with one output there is no doubt which is meant. */
function encoderNamesOf(
  kind: PairKind,
  image: string,
  { outputs }: OnnxInterface,
  fail: (reason: string) => Error,
): Readonly<Record<string, string>> {
  const names: Record<string, string> = {};
  const input = encoderInput[`${kind.family} ${kind.interface}`] ?? image;
  if (image !== input) names[input] = image;
  if (kind.family === 'sam1' && kind.interface === 'published') {
    const [embedding, ...others] = outputs;
    if (embedding === undefined || others.length > 0 || (embedding.shape?.length ?? 4) !== 4)
      throw fail('the encoder does not give one embedding, [1, channels, height, width]');
    if (embedding.name !== 'output') names['output'] = embedding.name;
    return names;
  }
  const absent = kind.embeddings.filter((name) => outputs.every((output) => output.name !== name));
  if (absent.length > 0)
    throw fail(`the encoder does not give ${absent.join(', ')}, which the decoder takes`);
  return names;
}

function logitsSizeOf({ inputs }: OnnxInterface): number | undefined {
  return inputs.find(({ name }) => name === 'mask_input')?.shape?.[3] ?? undefined;
}

function described({ file, inputs, outputs }: OnnxInterface): string {
  const list = (values: readonly GraphValue[]): string => values.map(describeGraphValue).join(', ');
  return `${file}: takes ${list(inputs)}; gives ${list(outputs)}`;
}
