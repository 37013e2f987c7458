import type { LabelMap } from '@calque/core';
import { decode, encode, type IndexedColors } from 'fast-png';
import { labelPictureInvalid } from '../errors.ts';
import { boundedPng } from './bounded-png.ts';

/**
 * The palette of Pascal VOC: the bits of a number spread over red, green and blue, so that neighbours differ. 256 colours.
 * Source: `VOClabelcolormap.m` of the VOC development kit.
 */
export function vocPalette(): [red: number, green: number, blue: number][] {
  return Array.from({ length: 256 }, (_, index) => {
    const color: [number, number, number] = [0, 0, 0];
    for (let bit = 0; bit < 8; bit++) {
      for (let channel = 0; channel < 3; channel++) {
        color[channel] = (color[channel] as number) | (((index >> (3 * bit + channel)) & 1) << (7 - bit));
      }
    }
    return color;
  });
}

/** A label map of values up to 255 as a palette PNG. */
export function encodePalettePng({ width, height, data }: LabelMap): Uint8Array {
  const palette = vocPalette() as unknown as IndexedColors;
  return encode({ width, height, data: Uint8Array.from(data), depth: 8, channels: 1, palette });
}

/** A label map of values up to 65,535 as a PNG of 16 bits grey. */
export function encodeGreyPng({ width, height, data }: LabelMap): Uint8Array {
  return encode({ width, height, data: Uint16Array.from(data), depth: 16, channels: 1 });
}

/** 0 and 1 as black and white, 8 bits. */
export function encodeBinaryPng({ width, height, data }: LabelMap): Uint8Array {
  return encode({
    width,
    height,
    data: Uint8Array.from(data, (value) => (value === 0 ? 0 : 255)),
    depth: 8,
    channels: 1,
  });
}

/**
 * The numbers in a PNG: indices of a palette, grey values, or, in colours, what red + 256 green + 65,536 blue come to (as COCO
 * panoptic has it). Alpha does not count. Throws `label-picture-invalid`.
 */
export function decodeLabelPng(bytes: Uint8Array, name: string): LabelMap {
  try {
    const { width, height, data, depth, channels, palette } = decode(boundedPng(bytes));
    if (palette !== undefined || channels === 1)
      return { width, height, data: unpacked(data, width, height, depth) };
    const values = new Uint32Array(width * height);
    for (let i = 0; i < values.length; i++) {
      const at = i * channels;
      values[i] =
        channels === 2
          ? (data[at] as number)
          : (data[at] as number) + 256 * (data[at + 1] as number) + 65_536 * (data[at + 2] as number);
    }
    return { width, height, data: values };
  } catch (error) {
    throw labelPictureInvalid(name, error instanceof Error ? error.message : String(error));
  }
}

/** Values of fewer than 8 bits lie several in a byte, the highest bits first, and rows begin at whole bytes. */
function unpacked(data: ArrayLike<number>, width: number, height: number, depth: number): LabelMap['data'] {
  if (depth === 16) return Uint16Array.from(data);
  if (depth === 8) return Uint8Array.from(data);
  const values = new Uint8Array(width * height);
  const bytesPerRow = Math.ceil((width * depth) / 8);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const byte = data[y * bytesPerRow + ((x * depth) >> 3)] as number;
      values[y * width + x] = (byte >> (8 - depth - ((x * depth) & 7))) & ((1 << depth) - 1);
    }
  }
  return values;
}
