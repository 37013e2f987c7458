import type { WireCandidate } from '@calque/api';
import type { BoxXyxy, Size } from '@calque/core';
import { useEffect, useRef } from 'react';
import { sampleMask } from './sample-mask.ts';

interface CandidatePictureProps {
  readonly candidate: WireCandidate;
  readonly color: string;
  /** Part of the image that is shown, in image pixels, of the picture's own aspect. */
  readonly frame: BoxXyxy;
  readonly imageSize: Size;
  /** A small picture of the whole image. */
  readonly thumbnail: string;
  readonly className: string | undefined;
}

export const PICTURE: Size = { width: 168, height: 112 };

/** What a candidate would cut out, on a faded picture of its place. */
export function CandidatePicture(props: CandidatePictureProps) {
  const { candidate, color, frame, imageSize, thumbnail, className } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context === null || context === undefined) return;
    const mask = maskPicture(candidate, frame, color);
    drawPicture(context, null, mask, frame, imageSize);
    const image = new Image();
    image.onload = () => drawPicture(context, image, mask, frame, imageSize);
    image.src = thumbnail;
    return () => {
      image.onload = null;
    };
  }, [candidate, color, frame, imageSize, thumbnail]);
  return <canvas ref={canvas} width={PICTURE.width} height={PICTURE.height} className={className} />;
}

function drawPicture(
  context: CanvasRenderingContext2D,
  image: HTMLImageElement | null,
  mask: OffscreenCanvas,
  frame: BoxXyxy,
  size: Size,
): void {
  const { width, height } = PICTURE;
  context.clearRect(0, 0, width, height);
  if (image !== null) {
    const scaleX = image.naturalWidth / size.width;
    const scaleY = image.naturalHeight / size.height;
    const across = (frame.x2 - frame.x1) * scaleX;
    const down = (frame.y2 - frame.y1) * scaleY;
    context.globalAlpha = 0.75;
    context.filter = 'saturate(0.35)';
    context.drawImage(image, frame.x1 * scaleX, frame.y1 * scaleY, across, down, 0, 0, width, height);
    context.filter = 'none';
    context.globalAlpha = 1;
  }
  context.drawImage(mask, 0, 0);
}

/** The mask in its colour, with an edge that is opaque. */
function maskPicture(candidate: WireCandidate, frame: BoxXyxy, color: string): OffscreenCanvas {
  const { width, height } = PICTURE;
  const samples = sampleMask(candidate.rle, frame, width, height);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) return canvas;
  const [red, green, blue] = channelsOf(context, color);
  const pixels = context.createImageData(width, height);
  for (let at = 0; at < samples.length; at++) {
    if (samples[at] !== 1) continue;
    pixels.data.set([red, green, blue, isEdge(samples, at, width) ? 255 : 130], at * 4);
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

function isEdge(samples: Uint8Array, at: number, width: number): boolean {
  const neighbours = [at - 1, at + 1, at - width, at + width, at - 2, at + 2, at - 2 * width, at + 2 * width];
  return neighbours.some((one) => samples[one] !== 1);
}

function channelsOf(context: OffscreenCanvasRenderingContext2D, color: string): [number, number, number] {
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  context.clearRect(0, 0, 1, 1);
  return [red, green, blue];
}

/** The part of the image that holds all candidates with some room around, of the picture's aspect. */
export function frameAround(candidates: readonly WireCandidate[], size: Size): BoxXyxy {
  const boxes = candidates.flatMap(({ box }) => (box === null ? [] : [box]));
  const x1 = Math.min(...boxes.map((box) => box.x1), size.width);
  const y1 = Math.min(...boxes.map((box) => box.y1), size.height);
  const x2 = Math.max(...boxes.map((box) => box.x2), 0);
  const y2 = Math.max(...boxes.map((box) => box.y2), 0);
  if (boxes.length === 0) return { x1: 0, y1: 0, x2: size.width, y2: size.height };
  const aspect = PICTURE.width / PICTURE.height;
  const across = Math.max(x2 - x1, (y2 - y1) * aspect) * 1.16;
  const down = across / aspect;
  const [centreX, centreY] = [(x1 + x2) / 2, (y1 + y2) / 2];
  return {
    x1: centreX - across / 2,
    y1: centreY - down / 2,
    x2: centreX + across / 2,
    y2: centreY + down / 2,
  };
}
