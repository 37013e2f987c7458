import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, test } from 'vitest';
import { exposeSam1Candidates } from './expose-sam1-candidates.ts';
import { readOnnx, writeOnnx } from './onnx-file.ts';
import { type GraphProtoSchema, ModelProtoSchema } from './proto/onnx-pb.ts';

type NodeInit = readonly [opType: string, inputs: string, outputs: string];

/** A decoder with the structure of the official export, and names that say nothing. */
const decoderNodes: readonly NodeInit[] = [
  ['Attend', 'image_embeddings point_coords mask_input', 'v1 v2'],
  ['Upscale', 'v1', 'v3'],
  ['Gemm', 'v2 w1 w2', 'v4'],
  ['Shape', 'point_coords', 'v5'],
  ['Reweight', 'v5', 'v6'],
  ['Add', 'v4 v6', 'v7'],
  ['ArgMax', 'v7', 'v8'],
  ['Flatten', 'v3', 'v9'],
  ['Gather', 'v9 v8', 'v10'],
  ['Unsqueeze', 'v10', 'low_res_masks'],
  ['Shape', 'low_res_masks', 'v11'],
  ['Offset', 'v11 v8', 'v12'],
  ['Flatten', 'v4', 'v13'],
  ['Gather', 'v13 v12', 'v14'],
  ['Unsqueeze', 'v14', 'iou_predictions'],
  ['Resize', 'low_res_masks orig_im_size w3', 'masks'],
];

function tensor(
  name: string,
  shape: readonly number[],
): NonNullable<MessageInitShape<typeof GraphProtoSchema>['input']>[number] {
  const dim = shape.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }));
  return { name, type: { value: { case: 'tensorType', value: { elemType: 1, shape: { dim } } } } };
}

function decoderFile(nodes: readonly NodeInit[]): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: '', version: 17n }],
    graph: {
      node: nodes.map(([opType, inputs, outputs]) => ({
        opType,
        input: inputs.split(' '),
        output: outputs.split(' '),
      })),
      initializer: [
        { name: 'w1', dims: [4n, 32n] },
        { name: 'w2', dims: [4n] },
        { name: 'w3', dims: [7n] },
      ],
      input: [
        tensor('image_embeddings', [1, 256, 64, 48]),
        tensor('point_coords', [1, 5, 2]),
        tensor('mask_input', [1, 1, 256, 192]),
        tensor('orig_im_size', [2]),
      ],
      output: [tensor('masks', []), tensor('iou_predictions', []), tensor('low_res_masks', [])],
    },
  });
  return toBinary(ModelProtoSchema, model);
}

function shapeOf(output: {
  readonly type?: { readonly value: { readonly case: string | undefined; readonly value?: unknown } };
}): unknown {
  const value = output.type?.value as { value: { shape: { dim: { value: { value: bigint } }[] } } };
  return value.value.shape.dim.map((dim) => Number(dim.value.value));
}

describe('The decoder after the edit', () => {
  const edited = readOnnx(exposeSam1Candidates(decoderFile(decoderNodes), 'decoder.onnx'), 'edited').graph;

  test('publishes the logits and scores of all candidates', () => {
    expect(edited.output.map((output) => [output.name, shapeOf(output)])).toEqual([
      ['low_res_masks', [1, 4, 256, 192]],
      ['iou_predictions', [1, 4]],
    ]);
    expect(edited.node.map((node) => [node.opType, node.output.join(' ')])).toEqual([
      ['Attend', 'v1 v2'],
      ['Upscale', 'low_res_masks'],
      ['Gemm', 'iou_predictions'],
    ]);
  });

  test('has no input and no weight left that nobody needs', () => {
    expect(edited.input.map((input) => input.name)).toEqual([
      'image_embeddings',
      'point_coords',
      'mask_input',
    ]);
    expect(edited.initializer.map((weights) => weights.name)).toEqual(['w1', 'w2']);
  });

  test('is the same file every time, and says what was done to it', () => {
    const again = exposeSam1Candidates(decoderFile(decoderNodes), 'decoder.onnx');
    expect(again).toEqual(exposeSam1Candidates(decoderFile(decoderNodes), 'decoder.onnx'));
    expect(readOnnx(again, 'again').metadataProps).toMatchObject([
      { key: 'calque.transform', value: 'expose-sam1-candidates' },
    ]);
  });
});

describe('A file that is not such a decoder is refused, with the reason', () => {
  test.each<[string, readonly NodeInit[], string]>([
    ['that chooses nothing', decoderNodes.filter(([op]) => op !== 'ArgMax'), '0 ArgMax nodes'],
    [
      'that takes its masks from elsewhere',
      decoderNodes.map((node) => (node[2] === 'v10' ? ['Pick', node[1], node[2]] : node)),
      '0 Gather nodes take the chosen one for low_res_masks',
    ],
    [
      'whose scores come out of no linear layer',
      decoderNodes.map((node) => (node[0] === 'Gemm' ? ['MatMul', node[1], node[2]] : node)),
      'not made by a linear layer',
    ],
  ])('one %s', (_what, nodes, reason) => {
    expect(() => exposeSam1Candidates(decoderFile(nodes), 'other.onnx')).toThrow(reason);
  });

  test.each([
    ['text', new TextEncoder().encode('<!doctype html><title>Sign in</title>')],
    ['nothing', new Uint8Array()],
  ])('%s instead of a model', (_what, bytes) => {
    expect(() => exposeSam1Candidates(bytes, 'page.onnx')).toThrow('page.onnx is not a readable ONNX model');
  });
});

test('What the description of the format leaves out survives a read and a write', () => {
  const extra = new BinaryWriter()
    .tag(25, WireType.LengthDelimited)
    .string('a function of the model')
    .finish();
  const file = Buffer.concat([decoderFile(decoderNodes), extra]);
  expect(Buffer.from(writeOnnx(readOnnx(file, 'decoder.onnx'))).equals(file)).toBe(true);
});
