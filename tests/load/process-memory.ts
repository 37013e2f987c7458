import { readdirSync, readFileSync } from 'node:fs';

/** Process ids of a process and of all below it. */
export function processTree(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : '';
    // The name of the program, in brackets, can hold anything.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    if (parent > 0) parents.set(Number(name), parent);
  }
  const below = (above: number): number[] =>
    [...parents].flatMap(([child, parent]) => (parent === above ? [child, ...below(child)] : []));
  return [pid, ...below(pid)];
}

/** What a process is, for those of the engine: `reader`, `encoder`, `decoder`; null for others. */
export function roleOf(pid: number): string | null {
  return /inference-child\.js\0(\w+)/.exec(read(`/proc/${pid}/cmdline`))?.[1] ?? null;
}

/** Resident memory of a process and of all below it, in bytes. */
export function residentBytes(pid: number): number {
  const kib = processTree(pid).map((one) =>
    Number(/^VmRSS:\s+(\d+)/m.exec(read(`/proc/${one}/status`))?.[1] ?? 0),
  );
  return kib.reduce((sum, value) => sum + value, 0) * 1024;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended in between.
    return '';
  }
}
