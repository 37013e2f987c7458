import {
  type ImagePoint,
  type LogitsSampler,
  type ModelPoint,
  padSampler,
  type Size,
  squashSampler,
} from '@calque/core';
import type { InputSpec } from '../manifest/manifest.ts';

/** How one image lies in the encoder's input: the only place where image pixels and model pixels meet. */
export interface Fit {
  readonly image: Size;
  readonly input: Size;
  /** The part of the input, from its top-left corner, that the image fills. Equal to `input` when squashed. */
  readonly scaled: Size;
}

/** Source of `pad`: SAM 1 `segment_anything/utils/transforms.py`, `get_preprocess_shape`. */
export function fitImage(image: Size, spec: Pick<InputSpec, 'fit' | 'size'>): Fit {
  const input = spec.size;
  if (spec.fit === 'squash') return { image, input, scaled: input };
  const scale = Math.max(input.width, input.height) / Math.max(image.width, image.height);
  const scaled = {
    width: Math.max(1, Math.floor(image.width * scale + 0.5)),
    height: Math.max(1, Math.floor(image.height * scale + 0.5)),
  };
  return { image, input, scaled };
}

export function toModelPoint({ x, y }: ImagePoint, { image, scaled }: Fit): ModelPoint {
  return { x: (x * scaled.width) / image.width, y: (y * scaled.height) / image.height };
}

/** How logits of `grid` size, which cover the whole input, map back to the image. */
export function samplerFor(fit: Fit, spec: InputSpec): LogitsSampler {
  return spec.fit === 'squash'
    ? squashSampler(spec.logits, fit.image)
    : padSampler(spec.logits, fit.input, fit.scaled, fit.image);
}
