/** What a job asks of SLURM; what is absent is left to the cluster. */
export interface JobRequest {
  readonly name: string;
  readonly partition?: string;
  readonly account?: string;
  readonly gpus?: number;
  readonly cpus?: number;
  /** As SLURM takes it, e.g. `16G`. */
  readonly memory?: string;
  /** As SLURM takes it, e.g. `04:00:00`. */
  readonly time?: string;
  /** Other options of sbatch, one each, e.g. `--constraint=a100`. */
  readonly directives: readonly string[];
}

export interface ServeJob extends JobRequest {
  /** How this installation is called: program and arguments. */
  readonly command: readonly string[];
  /** Where the job writes its address, readable by its owner alone; `$SLURM_JOB_ID` in it is the job's number. */
  readonly addressFile: string;
}

export interface EncodeJob extends JobRequest {
  /** Called with `--shard K/N` behind it, K from 1 to N. */
  readonly command: readonly string[];
  readonly shards: number;
}

/** Time that SLURM leaves between its signal and the end, for what is under way. */
const NOTICE_S = 120;

/**
 * A batch script that serves until it is told to end. SLURM signals the shell (`B:`) before the time is up, the shell passes it
 * on, and Calque puts everything on disk.
 */
export function serveScript(job: ServeJob): string {
  return `${head(job, [`--signal=B:TERM@${NOTICE_S}`])}
# The address holds the token: nobody else may read it.
umask 077
address="${doubleQuoted(job.addressFile)}"

told=
${job.command.map(quoted).join(' ')} > "$address" &
server=$!
trap 'told=yes; kill -TERM "$server"' TERM INT

status=0
wait "$server" || status=$?
if [ -n "$told" ]; then
  # The signal ended the waiting, not the server.
  status=0
  wait "$server" || status=$?
fi
rm -f "$address"
exit "$status"
`;
}

/** A job array that encodes a folder ahead, each task its share of the images. What is encoded already is passed over. */
export function encodeScript({ shards, ...job }: EncodeJob): string {
  return `${head(job, [`--array=1-${shards}`])}
exec ${job.command.map(quoted).join(' ')} --shard "$SLURM_ARRAY_TASK_ID/${shards}"
`;
}

function head(job: JobRequest, more: readonly string[]): string {
  const options = [
    `--job-name=${job.name}`,
    ...optional('--partition', job.partition),
    ...optional('--account', job.account),
    ...(job.gpus === undefined ? [] : [`--gres=gpu:${job.gpus}`]),
    '--nodes=1',
    '--ntasks=1',
    ...optional('--cpus-per-task', job.cpus),
    ...optional('--mem', job.memory),
    ...optional('--time', job.time),
    ...more,
    ...job.directives,
  ];
  return `#!/bin/bash
${options.map((option) => `#SBATCH ${option}`).join('\n')}

set -euo pipefail
`;
}

function optional(name: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [`${name}=${value}`];
}

/** One word of a shell, whatever is in it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** For within double quotes, with `$SLURM_JOB_ID` left to the shell. */
function doubleQuoted(text: string): string {
  return text
    .split('$SLURM_JOB_ID')
    .map((part) => part.replaceAll(/["\\$`]/g, '\\$&'))
    .join('$SLURM_JOB_ID');
}
