import { indexOfHighestScore, requireTensor, splitCandidates } from '../adapter/candidates.ts';
import type { FamilyAdapter, ModelPrompt } from '../adapter/family-adapter.ts';
import { boxCorners, clicks, maskTensors, PADDING_POINT, pointTensors } from '../adapter/prompt-tensors.ts';

const LOGITS = { width: 256, height: 256 };

/** With this many sparse tokens or fewer, a prompt counts as ambiguous and one of the three multi-mask outputs is right. */
const AMBIGUOUS_TOKENS = 2;

/**
 * SAM 1 and models with its decoder (MobileSAM). The decoder graph shifts coordinates by half a pixel; without a box
 * it wants a padding point. Source: `segment_anything/utils/onnx.py`.
 */
export const sam1Adapter: FamilyAdapter = {
  encoderFeeds: (input) => ({ input }),
  embeddingFrom: (outputs) => ({ image_embeddings: requireTensor(outputs, 'output', 'encoder') }),
  decoderFeeds(embedding, prompt) {
    const { coords, labels } = pointTensors(sparsePrompt(prompt));
    const { mask, hasMask } = maskTensors(prompt, LOGITS);
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
  bestOf: (candidates, prompt) =>
    sparsePrompt(prompt).length > AMBIGUOUS_TOKENS ? 0 : indexOfHighestScore(candidates, 1),
};

function sparsePrompt(prompt: ModelPrompt): ReturnType<typeof clicks> {
  return prompt.box === null
    ? [...clicks(prompt), PADDING_POINT]
    : [...clicks(prompt), ...boxCorners(prompt)];
}
