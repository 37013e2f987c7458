import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * Physical cores that this process may use: the runtime's matrix kernels gain nothing from a second hyper-thread.
 * Never more than the processors that the scheduler, a container or a batch job allows.
 */
export function physicalCores(): number {
  const allowed = availableParallelism();
  return Math.max(1, Math.min(allowed, countCores() ?? allowed));
}

function countCores(): number | null {
  try {
    if (process.platform === 'linux') return linuxCores(readFileSync('/proc/cpuinfo', 'utf8'));
    if (process.platform === 'darwin')
      return Number(execFileSync('sysctl', ['-n', 'hw.physicalcpu'], { encoding: 'utf8' }));
    return null;
  } catch {
    // Where the system does not tell, all that may be used are taken.
    return null;
  }
}

/** @param cpuinfo content of `/proc/cpuinfo`. @returns null where it does not name cores (e.g. on ARM). */
export function linuxCores(cpuinfo: string): number | null {
  const cores = new Set<string>();
  for (const block of cpuinfo.split('\n\n')) {
    const core = /^core id\s*: *(\d+)$/m.exec(block)?.[1];
    if (core === undefined) continue;
    cores.add(`${/^physical id\s*: *(\d+)$/m.exec(block)?.[1] ?? ''}/${core}`);
  }
  return cores.size === 0 ? null : cores.size;
}
