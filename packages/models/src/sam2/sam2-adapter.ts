import { requireTensor, splitCandidates } from '../adapter/candidates.ts';
import type { FamilyAdapter } from '../adapter/family-adapter.ts';
import { boxCorners, clicks, maskTensors, pointTensors } from '../adapter/prompt-tensors.ts';

/**
 * SAM 2 and 2.1, image path. The decoder graph shifts coordinates by half a pixel, appends the padding point and
 * clamps logits to [-32, 32] by itself; box corners come before clicks, as in `sam2/sam2_image_predictor.py`.
 */
export const sam2Adapter: FamilyAdapter = {
  encoderFeeds: (input) => ({ image: input }),
  embeddingFrom: (outputs) => ({
    image_embed: requireTensor(outputs, 'image_embed', 'encoder'),
    high_res_feats_0: requireTensor(outputs, 'high_res_feats_0', 'encoder'),
    high_res_feats_1: requireTensor(outputs, 'high_res_feats_1', 'encoder'),
  }),
  decoderFeeds(embedding, prompt, grid) {
    const { coords, labels } = pointTensors([...boxCorners(prompt), ...clicks(prompt)]);
    const { mask, hasMask } = maskTensors(prompt, grid);
    return {
      ...embedding,
      point_coords: coords,
      point_labels: labels,
      mask_input: mask,
      has_mask_input: hasMask,
    };
  },
  candidatesFrom: (outputs) =>
    splitCandidates(
      requireTensor(outputs, 'masks', 'decoder'),
      requireTensor(outputs, 'iou_predictions', 'decoder'),
    ),
};
