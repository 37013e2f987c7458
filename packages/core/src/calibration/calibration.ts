import { calibrationInvalid } from '../errors.ts';

/** What a pixel is worth: a length that was measured in the image and is known in the world. Both above 0. */
export interface Calibration {
  readonly lengthPx: number;
  readonly lengthMm: number;
}

/** A value with its error, both in the same unit. `error`: one standard deviation; null where it is not known. */
export interface PhysicalValue {
  readonly value: number;
  readonly error: number | null;
}

/** The calibration as it came. Throws `calibration-invalid`. */
export function validateCalibration(calibration: Calibration): Calibration {
  const { lengthPx, lengthMm } = calibration;
  if (!isLength(lengthPx)) throw calibrationInvalid('lengthPx', lengthPx);
  if (!isLength(lengthMm)) throw calibrationInvalid('lengthMm', lengthMm);
  return calibration;
}

export function pixelsPerMm({ lengthPx, lengthMm }: Calibration): number {
  return lengthPx / lengthMm;
}

/** A length in mm. `errorPx`: how far it is known to vary, in pixels. */
export function lengthInMm(
  lengthPx: number,
  calibration: Calibration,
  errorPx: number | null,
): PhysicalValue {
  return scaled(lengthPx, errorPx, 1 / pixelsPerMm(calibration));
}

/** An area in mm². `errorPx`: how far it is known to vary, in pixels. */
export function areaInMm2(areaPx: number, calibration: Calibration, errorPx: number | null): PhysicalValue {
  return scaled(areaPx, errorPx, pixelsPerMm(calibration) ** -2);
}

/**
 * Decimals with which a value is worth showing: the error's first two digits; without an error, four digits in all.
 * Between 0 and 6.
 */
export function decimalsOf({ value, error }: PhysicalValue): number {
  const [size, digits] = error !== null && error > 0 ? [error, 2] : [Math.abs(value), 4];
  if (size === 0) return 0;
  return Math.min(6, Math.max(0, digits - 1 - Math.floor(Math.log10(size))));
}

function scaled(value: number, error: number | null, factor: number): PhysicalValue {
  return { value: value * factor, error: error === null ? null : error * factor };
}

function isLength(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}
