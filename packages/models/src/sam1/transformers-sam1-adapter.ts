import { requireTensor, splitCandidates } from '../adapter/candidates.ts';
import type { FamilyAdapter } from '../adapter/family-adapter.ts';
import { clicks, pointTensors } from '../adapter/prompt-tensors.ts';
import { promptUnsupported } from '../errors.ts';

const imageTensors = ['image_embeddings', 'image_positional_embeddings'] as const;

/**
 * SAM 1 as the transformers library exports it: clicks alone, one more axis for the prompts of an image, and three
 * candidates. The graph appends the padding point. Source: `SamModel` in `models/sam/modeling_sam.py` of transformers.
 */
export const transformersSam1Adapter: FamilyAdapter = {
  encoderFeeds: (input) => ({ pixel_values: input }),
  embeddingFrom: (outputs) =>
    Object.fromEntries(imageTensors.map((name) => [name, requireTensor(outputs, name, 'encoder')])),
  decoderFeeds(embedding, prompt) {
    if (prompt.box !== null) throw promptUnsupported('a box', 'clicks');
    if (prompt.maskLogits !== null) throw promptUnsupported('a mask', 'clicks');
    const { coords, labels } = pointTensors(clicks(prompt));
    return {
      ...embedding,
      input_points: { dims: [1, ...coords.dims], data: coords.data },
      input_labels: { dims: [1, ...labels.dims], data: labels.data },
    };
  },
  candidatesFrom: (outputs) =>
    splitCandidates(
      requireTensor(outputs, 'pred_masks', 'decoder'),
      requireTensor(outputs, 'iou_scores', 'decoder'),
    ),
};
