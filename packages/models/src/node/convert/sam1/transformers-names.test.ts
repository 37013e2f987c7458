import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Checkpoint } from '../../checkpoint/checkpoint.ts';
import { openCheckpoint } from '../../checkpoint/open-checkpoint.ts';
import { serializeGraph } from '../../onnx/graph/write-graph.ts';
import { planConversion } from '../plan-conversion.ts';
import { readGolden } from '../testing/golden.ts';

let folder = '';
let original: Checkpoint;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'calque-names-'));
  original = await openCheckpoint((await readGolden('sam1-micro')).checkpointPath);
});
afterAll(async () => {
  await original.close();
  await rm(folder, { recursive: true, force: true });
});

/** As transformers saves a SAM 1, name by name. */
const transformersNames: Readonly<Record<string, string>> = {
  'image_encoder.patch_embed.proj.bias': 'vision_encoder.patch_embed.projection.bias',
  'image_encoder.blocks.3.norm1.weight': 'vision_encoder.layers.3.layer_norm1.weight',
  'image_encoder.blocks.3.attn.rel_pos_h': 'vision_encoder.layers.3.attn.rel_pos_h',
  'image_encoder.neck.0.weight': 'vision_encoder.neck.conv1.weight',
  'image_encoder.neck.3.bias': 'vision_encoder.neck.layer_norm2.bias',
  'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix':
    'prompt_encoder.shared_embedding.positional_embedding',
  'prompt_encoder.point_embeddings.2.weight': 'prompt_encoder.point_embed.2.weight',
  'prompt_encoder.mask_downscaling.4.bias': 'prompt_encoder.mask_embed.layer_norm2.bias',
  'prompt_encoder.mask_downscaling.6.weight': 'prompt_encoder.mask_embed.conv3.weight',
  'mask_decoder.transformer.layers.1.norm4.weight': 'mask_decoder.transformer.layers.1.layer_norm4.weight',
  'mask_decoder.transformer.norm_final_attn.bias': 'mask_decoder.transformer.layer_norm_final_attn.bias',
  'mask_decoder.transformer.layers.0.mlp.lin1.weight': 'mask_decoder.transformer.layers.0.mlp.lin1.weight',
  'mask_decoder.output_upscaling.1.weight': 'mask_decoder.upscale_layer_norm.weight',
  'mask_decoder.output_hypernetworks_mlps.3.layers.0.bias':
    'mask_decoder.output_hypernetworks_mlps.3.proj_in.bias',
  'mask_decoder.output_hypernetworks_mlps.3.layers.1.bias':
    'mask_decoder.output_hypernetworks_mlps.3.layers.0.bias',
  'mask_decoder.iou_prediction_head.layers.2.weight': 'mask_decoder.iou_prediction_head.proj_out.weight',
};

function renamed(name: string): string {
  const mlp = /(iou_prediction_head|output_hypernetworks_mlps\.\d)\.layers\.(\d)/;
  return name
    .replace(
      mlp,
      (_all, head: string, layer: string) => `${head}.${['proj_in', 'layers.0', 'proj_out'][Number(layer)]}`,
    )
    .replace('mask_downscaling.0', 'mask_embed.conv1')
    .replace('mask_downscaling.1', 'mask_embed.layer_norm1')
    .replace('mask_downscaling.3', 'mask_embed.conv2')
    .replace('mask_downscaling.4', 'mask_embed.layer_norm2')
    .replace('mask_downscaling.6', 'mask_embed.conv3')
    .replace('output_upscaling.0', 'upscale_conv1')
    .replace('output_upscaling.1', 'upscale_layer_norm')
    .replace('output_upscaling.3', 'upscale_conv2')
    .replace('point_embeddings', 'point_embed')
    .replace('pe_layer.positional_encoding_gaussian_matrix', 'shared_embedding.positional_embedding')
    .replace('image_encoder.blocks', 'vision_encoder.layers')
    .replace('image_encoder', 'vision_encoder')
    .replace('neck.0', 'neck.conv1')
    .replace('neck.1', 'neck.layer_norm1')
    .replace('neck.2', 'neck.conv2')
    .replace('neck.3', 'neck.layer_norm2')
    .replace('patch_embed.proj.', 'patch_embed.projection.')
    .replace(/\.norm/, '.layer_norm');
}

test('The renaming of this test is that of transformers', () => {
  for (const [authors, theirs] of Object.entries(transformersNames)) {
    expect(original.tensors.has(authors)).toBe(true);
    expect(renamed(authors)).toBe(theirs);
  }
});

test('A .safetensors file with the names of transformers becomes the same model as the checkpoint', async () => {
  const path = join(folder, 'model.safetensors');
  await writeSafetensors(path);
  const theirs = await openCheckpoint(path);
  const [expected, found] = [original, theirs].map((each) => planConversion(each, { precision: 'fp32' }));
  expect(found?.id).toBe(expected?.id);
  for (const part of ['encoder', 'decoder'] as const) {
    const files: Uint8Array[] = [];
    for (const plan of [expected, found])
      if (plan !== undefined) files.push(await serializeGraph(plan[part]));
    const [left, right] = files;
    expect(left !== undefined && right !== undefined && Buffer.from(left).equals(right)).toBe(true);
  }
  await theirs.close();
});

async function writeSafetensors(path: string): Promise<void> {
  const header: Record<string, object> = {};
  const parts: Buffer[] = [];
  let at = 0;
  const put = async (name: string, from: string): Promise<void> => {
    const { shape } = original.tensors.get(from) ?? { shape: [] };
    const values = await original.read(from);
    header[name] = { dtype: 'F32', shape, data_offsets: [at, at + values.byteLength] };
    parts.push(Buffer.from(values.buffer, values.byteOffset, values.byteLength));
    at += values.byteLength;
  };
  for (const name of original.tensors.keys()) await put(renamed(name), name);
  await put(
    'shared_image_embedding.positional_embedding',
    'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix',
  );
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  await writeFile(path, Buffer.concat([length, text, ...parts]));
}
