import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * Physical cores that this process may use: the runtime's matrix kernels gain nothing from a second hyper-thread.
 * Never more than the processors that the scheduler, a container or a batch job allows.
 */
export function physicalCores(): number {
  const allowed = Math.min(availableParallelism(), cpuQuota() ?? Number.POSITIVE_INFINITY);
  return Math.max(1, Math.min(allowed, countCores() ?? allowed));
}

/** Processors that a container or batch job may use; Node 20 does not look at it. Null where there is no limit. */
function cpuQuota(): number | null {
  const own = readText('/proc/self/cgroup')
    .split('\n')
    .map((line) => line.split(':').at(2) ?? '');
  const folders = new Set(['', ...own.flatMap(foldersAbove)]);
  const quotas = [...folders].flatMap((folder) => [
    quotaOf(readText(`/sys/fs/cgroup${folder}/cpu.max`)),
    quotaOf(
      `${readText(`/sys/fs/cgroup/cpu${folder}/cpu.cfs_quota_us`)} ${readText(`/sys/fs/cgroup/cpu${folder}/cpu.cfs_period_us`)}`,
    ),
  ]);
  const limits = quotas.filter((quota) => quota !== null);
  return limits.length === 0 ? null : Math.min(...limits);
}

/** A limit on a folder holds for those in it: `/a/b` gives `/a/b` and `/a`. */
function foldersAbove(folder: string): string[] {
  const parts = folder.split('/').filter((part) => part !== '');
  return parts.map((_, i) => `/${parts.slice(0, i + 1).join('/')}`);
}

/** @param text quota and period in microseconds, as in `cpu.max`; `max` or a negative quota is none. */
export function quotaOf(text: string): number | null {
  const [quota = 0, period = 0] = text.trim().split(/\s+/).map(Number);
  return quota > 0 && period > 0 ? Math.max(1, Math.ceil(quota / period)) : null;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Not this version of control groups, or not Linux.
    return '';
  }
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
