import { readFileSync } from 'node:fs';

/**
 * Counts processes that the system killed for lack of memory: of the machine, and of the control group of this process, where
 * the system tells. Null where it does not.
 */
export function countMemoryKills(): number | null {
  const counts = [
    kills(read('/proc/vmstat')),
    ...ownGroups().flatMap((folder) => [
      kills(read(`/sys/fs/cgroup${folder}/memory.events`)),
      kills(read(`/sys/fs/cgroup/memory${folder}/memory.oom_control`)),
    ]),
  ].filter((count) => count !== null);
  return counts.length === 0 ? null : Math.max(...counts);
}

/** @returns a question that is answered by yes when the count has grown since it was asked last. */
export function watchMemoryKills(count: () => number | null = countMemoryKills): () => boolean {
  let known = count();
  return () => {
    const before = known;
    known = count();
    return known !== null && before !== null && known > before;
  };
}

/** @param text lines of a name and a number, as in `/proc/vmstat` and `memory.events`. */
function kills(text: string): number | null {
  const found = /^oom_kill (\d+)$/m.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

function ownGroups(): string[] {
  return read('/proc/self/cgroup')
    .split('\n')
    .flatMap((line) => line.split(':').at(2) ?? []);
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not this version of control groups, or not Linux.
    return '';
  }
}
