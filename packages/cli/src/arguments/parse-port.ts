import { InvalidArgumentError } from 'commander';

/** A port of a flag; 0 is any free one. */
export function parsePort(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 65_535) throw new InvalidArgumentError('Expected 0 to 65535.');
  return value;
}
