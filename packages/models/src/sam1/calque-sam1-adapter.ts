import { requireTensor, splitCandidates, withoutFirst } from '../adapter/candidates.ts';
import type { FamilyAdapter } from '../adapter/family-adapter.ts';
import { boxCorners, clicks, maskTensors, PADDING_POINT, pointTensors } from '../adapter/prompt-tensors.ts';

const imageTensors = ['image_tokens', 'first_keys', 'first_values'] as const;

/**
 * SAM 1 and MobileSAM as Calque converts them. The encoder gives what the decoder needs of an image, under the
 * decoder's names; without a box the prompt ends with a padding point.
 */
export const calqueSam1Adapter: FamilyAdapter = {
  encoderFeeds: (input) => ({ image: input }),
  embeddingFrom: (outputs) =>
    Object.fromEntries(imageTensors.map((name) => [name, requireTensor(outputs, name, 'encoder')])),
  decoderFeeds(embedding, prompt, grid) {
    const padding = prompt.box === null ? [PADDING_POINT] : boxCorners(prompt);
    const { coords, labels } = pointTensors([...clicks(prompt), ...padding]);
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
    ),
};
