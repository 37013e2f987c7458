import { describe, expect, test } from 'vitest';
import type { GraphValue } from './onnx-interface.ts';
import { type OnnxInterface, recogniseOnnxPair } from './recognise-onnx-pair.ts';

/** `name 1,?,2` */
function values(...texts: readonly string[]): readonly GraphValue[] {
  return texts.map((text) => {
    const [name = '', shape] = text.split(' ');
    return {
      name,
      elementType: 1,
      shape: shape?.split(',').map((dim) => (dim === '?' ? null : Number(dim))),
    };
  });
}

function graph(file: string, inputs: readonly string[], outputs: readonly string[]): OnnxInterface {
  return { file, inputs: values(...inputs), outputs: values(...outputs) };
}

const sam1Decoder = graph(
  'decoder.onnx',
  [
    'image_embeddings 1,256,64,64',
    'point_coords 1,?,2',
    'point_labels 1,?',
    'mask_input 1,1,256,256',
    'has_mask_input 1',
    'orig_im_size 2',
  ],
  ['masks', 'iou_predictions', 'low_res_masks'],
);
const sam2Inputs = [
  'image_embed 1,256,64,64',
  'high_res_feats_0 1,32,256,256',
  'high_res_feats_1 1,64,128,128',
  'point_coords ?,?,2',
  'point_labels ?,?',
  'mask_input ?,1,256,256',
  'has_mask_input ?',
];

describe('A pair is recognised by what its graphs take and give', () => {
  test.each<[string, OnnxInterface, OnnxInterface, object]>([
    [
      'an encoder under any names beside the official SAM 1 decoder',
      graph('e', ['x 1,3,1024,1024'], ['embeddings 1,256,64,64']),
      sam1Decoder,
      { family: 'sam1', interface: 'published', encoderNames: { input: 'x', output: 'embeddings' } },
    ],
    [
      'samexporter for SAM 1',
      graph('e', ['input_image 1,3,1024,1024'], ['image_embeddings 1,256,64,64']),
      sam1Decoder,
      { family: 'sam1', encoderNames: { input: 'input_image', output: 'image_embeddings' } },
    ],
    [
      'samexporter for SAM 1 with the pre-processing in the encoder',
      graph('e', ['input_image ?,?,3'], ['image_embeddings 1,256,64,64']),
      sam1Decoder,
      {
        family: 'sam1',
        takesPixels: true,
        imageSize: 1024,
        encoderNames: { input: 'normalised_image', output: 'image_embeddings' },
      },
    ],
    [
      'samexporter for SAM 2',
      graph('e', ['image 1,3,1024,1024'], ['high_res_feats_0', 'high_res_feats_1', 'image_embed']),
      graph('d', sam2Inputs, ['masks', 'iou_predictions']),
      { family: 'sam2', interface: 'published', encoderNames: {} },
    ],
    [
      'transformers for SAM 1',
      graph('e', ['pixel_values ?,3,1024,1024'], ['image_embeddings', 'image_positional_embeddings']),
      graph(
        'd',
        ['input_points ?,1,?,2', 'input_labels ?,1,?', 'image_embeddings', 'image_positional_embeddings'],
        ['iou_scores', 'pred_masks'],
      ),
      { family: 'sam1', interface: 'transformers', imageSize: 1024, logitsSize: 256 },
    ],
    [
      'transformers for SAM 2',
      graph(
        'e',
        ['pixel_values ?,3,1024,1024'],
        ['image_embeddings.0', 'image_embeddings.1', 'image_embeddings.2'],
      ),
      graph(
        'd',
        [
          'input_points ?,?,?,2',
          'input_labels ?,?,?',
          'input_boxes ?,?,4',
          'image_embeddings.0',
          'image_embeddings.1',
          'image_embeddings.2',
        ],
        ['iou_scores', 'pred_masks', 'object_score_logits'],
      ),
      { family: 'sam2', interface: 'transformers' },
    ],
  ])('%s', (_what, encoder, decoder, expected) => {
    expect(recogniseOnnxPair(encoder, decoder)).toMatchObject(expected);
    expect(recogniseOnnxPair(decoder, encoder)).toMatchObject({
      ...expected,
      decoder: { file: decoder.file },
    });
  });
});

describe('Another pair is refused with what was seen', () => {
  const encoder = graph('vision.onnx', ['x 1,3,640,640'], ['boxes 1,84,8400']);

  test.each<[string, OnnxInterface, OnnxInterface, RegExp]>([
    [
      'two encoders',
      encoder,
      encoder,
      /vision\.onnx: takes x \[1, 3, 640, 640\]; gives boxes \[1, 84, 8400\]/,
    ],
    [
      'a decoder with an input that nobody knows',
      encoder,
      graph('d', [...sam2Inputs, 'text_prompt 1,77'], ['masks', 'iou_predictions']),
      /text_prompt \[1, 77\]/,
    ],
    [
      'an encoder that lacks what the decoder takes',
      graph('e', ['image 1,3,1024,1024'], ['image_embed']),
      graph('d', sam2Inputs, ['masks', 'iou_predictions']),
      /does not give high_res_feats_0, high_res_feats_1/,
    ],
    [
      'an encoder that takes pixels in another order',
      graph('e', ['input_image 3,?,?'], ['image_embeddings 1,256,64,64']),
      sam1Decoder,
      /does not take a square image.*takes input_image \[3, \?, \?\]/s,
    ],
  ])('%s', (_what, first, second, message) => {
    expect(() => recogniseOnnxPair(first, second)).toThrow(message);
  });
});
