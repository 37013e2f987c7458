import fc from 'fast-check';

/** Runs a property on the same examples every time: what fails here fails everywhere. */
export function assertProperty<T>(property: fc.IProperty<T>, numRuns = 100): void {
  fc.assert(property, { seed: 20_261_123, numRuns });
}
