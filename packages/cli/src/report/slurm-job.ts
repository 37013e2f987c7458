import type { SlurmJob } from '@calque/report';

/** The job that this process runs in, by the variables that SLURM sets; null outside of one. */
export function slurmJob(env: Readonly<Record<string, string | undefined>>): SlurmJob | null {
  const { SLURM_JOB_ID: id, SLURM_JOB_NAME, SLURM_JOB_PARTITION, SLURMD_NODENAME, SLURM_JOB_NODELIST } = env;
  if (id === undefined || id === '') return null;
  return {
    id,
    name: SLURM_JOB_NAME ?? null,
    partition: SLURM_JOB_PARTITION ?? null,
    node: SLURMD_NODENAME ?? SLURM_JOB_NODELIST ?? null,
    cpus: env['SLURM_CPUS_PER_TASK'] ?? env['SLURM_CPUS_ON_NODE'] ?? null,
    gpus: env['SLURM_JOB_GPUS'] ?? env['SLURM_GPUS_ON_NODE'] ?? env['CUDA_VISIBLE_DEVICES'] ?? null,
    memory: megabytes(env['SLURM_MEM_PER_NODE']),
  };
}

/** SLURM counts in mebibytes. */
function megabytes(text: string | undefined): string | null {
  if (text === undefined) return null;
  return /^\d+$/.test(text) ? `${text} MiB` : text;
}
