export interface RunAheadOptions<T, R> {
  /** How many items are under way at a time. */
  readonly ahead: number;
  readonly work: (item: T, index: number) => Promise<R>;
  /** Called with each result in the order of the items, never after a failure. */
  readonly onResult: (result: R, index: number) => void;
}

/**
 * Results in the order of the items. Rejects with the first failure; what has not begun by then never does.
 */
export async function runAhead<T, R>(
  items: readonly T[],
  { ahead, work, onResult }: RunAheadOptions<T, R>,
): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  let handedOn = 0;
  let failed = false;
  const takeTurns = async (): Promise<void> => {
    for (const [index, item] of waiting) {
      const result = await work(item, index);
      if (failed) return;
      results[index] = result;
      for (; handedOn in results; handedOn++) onResult(results[handedOn] as R, handedOn);
    }
  };
  const turns = Array.from({ length: ahead }, () =>
    takeTurns().catch((error: unknown) => {
      failed = true;
      throw error;
    }),
  );
  await Promise.all(turns);
  return results;
}
