import { requireTensor, splitCandidates, withoutFirst } from '../adapter/candidates.ts';
import type { FamilyAdapter } from '../adapter/family-adapter.ts';
import { boxCorners, clicks, maskTensors, PADDING_POINT, pointTensors } from '../adapter/prompt-tensors.ts';

const imageTensors = ['image_tokens', 'first_keys', 'first_values', 'detail_0', 'detail_1'] as const;

/**
 * SAM 2 and 2.1 as Calque converts them. Box corners come before clicks and a padding point after them, always, as in
 * `sam2/sam2_image_predictor.py`; logits are clamped as the reference clamps what it feeds back as a mask prompt.
 */
export const calqueSam2Adapter: FamilyAdapter = {
  encoderFeeds: (input) => ({ image: input }),
  embeddingFrom: (outputs) =>
    Object.fromEntries(imageTensors.map((name) => [name, requireTensor(outputs, name, 'encoder')])),
  decoderFeeds(embedding, prompt, grid) {
    const { coords, labels } = pointTensors([...boxCorners(prompt), ...clicks(prompt), PADDING_POINT]);
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
    withoutFirst(
      splitCandidates(
        requireTensor(outputs, 'low_res_masks', 'decoder'),
        requireTensor(outputs, 'iou_predictions', 'decoder'),
      ),
    ).map(({ score, logits }) => ({ score, logits: logits.map(clamped) })),
};

/** `LOGIT_LIMIT` of the reference: `torch.clamp(low_res_masks, -32.0, 32.0)`. */
function clamped(logit: number): number {
  return Math.min(Math.max(logit, -32), 32);
}
