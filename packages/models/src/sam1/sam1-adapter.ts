import { requireTensor, splitCandidates } from '../adapter/candidates.ts';
import type { FamilyAdapter, ModelPrompt } from '../adapter/family-adapter.ts';
import { boxCorners, clicks, maskTensors, PADDING_POINT, pointTensors } from '../adapter/prompt-tensors.ts';

/**
 * SAM 1 and models with its decoder (MobileSAM). The decoder graph shifts coordinates by half a pixel; without a box
 * it wants a padding point. Source: `segment_anything/utils/onnx.py`.
 */
export const sam1Adapter: FamilyAdapter = {
  encoderFeeds: (input) => ({ input }),
  embeddingFrom: (outputs) => ({ image_embeddings: requireTensor(outputs, 'output', 'encoder') }),
  decoderFeeds(embedding, prompt, grid) {
    const { coords, labels } = pointTensors(sparsePrompt(prompt));
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
      requireTensor(outputs, 'low_res_masks', 'decoder'),
      requireTensor(outputs, 'iou_predictions', 'decoder'),
    ),
};

function sparsePrompt(prompt: ModelPrompt): ReturnType<typeof clicks> {
  return prompt.box === null
    ? [...clicks(prompt), PADDING_POINT]
    : [...clicks(prompt), ...boxCorners(prompt)];
}
