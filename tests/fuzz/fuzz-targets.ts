import type { FuzzTarget } from './fuzz-target.ts';
import { apiTarget } from './targets/api-target.ts';
import { archiveTargets } from './targets/archive-targets.ts';
import { checkpointTargets } from './targets/checkpoint-targets.ts';
import { documentTargets } from './targets/document-targets.ts';
import { imageTarget } from './targets/image-target.ts';
import { importTargets } from './targets/import-targets.ts';

/** Everything that reads what others made. */
export const fuzzTargets: readonly FuzzTarget[] = [
  imageTarget,
  ...documentTargets,
  ...importTargets,
  ...archiveTargets,
  ...checkpointTargets,
  apiTarget,
];

/** How many of `count` inputs each parser gets, by its parts; at least one. */
export function sharesOf(targets: readonly FuzzTarget[], count: number): ReadonlyMap<string, number> {
  const all = targets.reduce((sum, { parts }) => sum + parts, 0);
  let given = 0;
  let parts = 0;
  return new Map(
    targets.map((target) => {
      parts += target.parts;
      const share = Math.max(1, Math.round((count * parts) / all) - given);
      given += share;
      return [target.name, share];
    }),
  );
}
