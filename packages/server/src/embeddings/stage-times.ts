/** How long a stage took lately, for people who wait: the median of the last few. */
export class StageTimes {
  readonly #lately = new Map<string, number[]>();

  add(stage: string, ms: number): void {
    const times = this.#lately.get(stage) ?? [];
    this.#lately.set(stage, [...times.slice(-8), ms]);
  }

  expectedMs(stage: string): number | null {
    const times = [...(this.#lately.get(stage) ?? [])].sort((a, b) => a - b);
    return times[Math.floor(times.length / 2)] ?? null;
  }
}
