import { requireTensor, splitCandidates } from '../adapter/candidates.ts';
import type { FamilyAdapter, ModelPrompt } from '../adapter/family-adapter.ts';
import { clicks, pointTensors } from '../adapter/prompt-tensors.ts';
import type { Tensor } from '../adapter/tensor.ts';
import { promptUnsupported } from '../errors.ts';

const imageTensors = ['image_embeddings.0', 'image_embeddings.1', 'image_embeddings.2'] as const;

/**
 * SAM 2 as the transformers library exports it: one more axis for the prompts of an image, boxes apart from clicks, no
 * mask prompts, three candidates. Source: `Sam2Model` in `models/sam2/modeling_sam2.py` of transformers.
 */
export const transformersSam2Adapter: FamilyAdapter = {
  encoderFeeds: (input) => ({ pixel_values: input }),
  embeddingFrom: (outputs) =>
    Object.fromEntries(imageTensors.map((name) => [name, requireTensor(outputs, name, 'encoder')])),
  decoderFeeds(embedding, prompt) {
    if (prompt.maskLogits !== null) throw promptUnsupported('a mask', 'a box and clicks');
    const { coords, labels } = pointTensors(clicks(prompt));
    return {
      ...embedding,
      input_points: { dims: [1, ...coords.dims], data: coords.data },
      input_labels: { dims: [1, ...labels.dims], data: labels.data },
      input_boxes: boxTensor(prompt),
    };
  },
  candidatesFrom: (outputs) =>
    splitCandidates(
      requireTensor(outputs, 'pred_masks', 'decoder'),
      requireTensor(outputs, 'iou_scores', 'decoder'),
    ),
};

/** [1, boxes, 4] */
function boxTensor({ box }: ModelPrompt): Tensor {
  if (box === null) return { dims: [1, 0, 4], data: new Float32Array(0) };
  const [topLeft, bottomRight] = box;
  return { dims: [1, 1, 4], data: Float32Array.of(topLeft.x, topLeft.y, bottomRight.x, bottomRight.y) };
}
