import { isCalqueError } from '@calque/core';
import { SOFTWARE } from '../version.ts';
import type { Finding } from './examine.ts';

/** What `calque doctor --server` found out about a server that runs. */
export interface ServerReport {
  readonly ok: boolean;
  readonly address: string;
  readonly reachable: boolean;
  /** Of an answer, there and back. */
  readonly roundTripMs: number | null;
  readonly version: string | null;
  readonly status: string | null;
  readonly models: readonly { readonly id: string; readonly status: string }[];
  /** The server's clock minus this one's, in seconds; half the way counts as the way there. */
  readonly clockSkewS: number | null;
  readonly datasets: readonly ServedDataset[];
  readonly homeFreeBytes: number | null;
  readonly problems: readonly Finding[];
  readonly warnings: readonly Finding[];
}

export interface ServedDataset {
  readonly name: string;
  readonly folder: string;
  readonly writable: boolean;
  readonly checked: boolean;
  readonly problem: string | null;
  readonly freeBytes: number | null;
}

export interface ExamineServerOptions {
  /** Any address of the server; a token in it counts. */
  readonly address: URL;
  /** Null: none but that of the address. */
  readonly token: string | null;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly fetch?: typeof globalThis.fetch;
}

const TIMEOUT_MS = 10_000;
const LONGEST_SKEW_S = 5;
const LOW_DISK_BYTES = 1e9;

/** Asks a server how it is. Never rejects but with the signal's reason: what fails is a finding. */
export async function examineServer(options: ExamineServerOptions): Promise<ServerReport> {
  const draft: Draft = { ...nothing(options.address), problems: [], warnings: [] };
  try {
    await look(draft, options);
  } catch (error) {
    options.signal.throwIfAborted();
    draft.problems.push(isFinding(error) ? error : unreachable(options.address, error));
  }
  return { ...draft, ok: draft.problems.length === 0 };
}

type Draft = {
  -readonly [Key in keyof Omit<ServerReport, 'ok' | 'problems' | 'warnings'>]: ServerReport[Key];
} & { readonly problems: Finding[]; readonly warnings: Finding[] };

function nothing({ origin }: URL): Omit<Draft, 'problems' | 'warnings'> {
  return {
    address: origin,
    reachable: false,
    roundTripMs: null,
    version: null,
    status: null,
    models: [],
    clockSkewS: null,
    datasets: [],
    homeFreeBytes: null,
  };
}

async function look(draft: Draft, options: ExamineServerOptions): Promise<void> {
  const session = await ask(options, '/api/session');
  draft.reachable = true;
  draft.roundTripMs = session.tookMs;
  if (typeof session.body['accounts'] !== 'boolean') throw notCalque(options.address);
  const health = await ask(options, '/api/health');
  takeHealth(draft, health.body);
  const { body, middleMs } = await ask(options, '/api/diagnosis');
  takeDiagnosis(draft, body, middleMs);
}

interface Answer {
  readonly body: Readonly<Record<string, unknown>>;
  readonly tookMs: number;
  /** By this machine's clock, half the way between question and answer. */
  readonly middleMs: number;
}

async function ask(
  { address, token, now, signal, fetch = globalThis.fetch }: ExamineServerOptions,
  path: string,
): Promise<Answer> {
  const secret = token ?? address.searchParams.get('token');
  const startedMs = now().getTime();
  const before = performance.now();
  const response = await fetch(new URL(path, address.origin), {
    headers: secret === null ? {} : { authorization: `Bearer ${secret}` },
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  const body = (await response.json().catch(() => null)) as Record<string, unknown> | null;
  const tookMs = performance.now() - before;
  if (!response.ok) throw refusal(address, response.status, body, secret !== null);
  if (body === null) throw notCalque(address);
  return { body, tookMs, middleMs: startedMs + tookMs / 2 };
}

function takeHealth(draft: Draft, health: Answer['body']): void {
  draft.version = textOf(health['version']);
  draft.status = textOf(health['status']);
  draft.models = listOf(health['models']).map((model) => ({
    id: textOf(model['id']) ?? '',
    status: textOf(model['status']) ?? '',
  }));
  if (draft.version !== SOFTWARE.version) {
    draft.warnings.push({
      what: `the server is of version ${draft.version ?? 'unknown'}, this command of ${SOFTWARE.version}`,
      remedy: 'Bring the older one to the version of the other',
    });
  }
  if (draft.status === 'starting') {
    draft.warnings.push({
      what: 'the model is not ready yet',
      remedy: 'Wait for its download; the page shows how far it is',
    });
  }
  if (draft.status !== 'degraded') return;
  const failed = listOf(health['models']).find((model) => model['status'] === 'failed');
  const problem = (failed?.['problem'] ?? {}) as Readonly<Record<string, unknown>>;
  draft.problems.push({
    what: `the model ${textOf(failed?.['id']) ?? ''} is not ready: ${textOf(problem['detail']) ?? 'it failed'}`,
    remedy: textOf(problem['remedy']) ?? 'Run `calque doctor` on the machine of the server',
  });
}

function takeDiagnosis(draft: Draft, diagnosis: Answer['body'], middleMs: number): void {
  const skewS = (Date.parse(textOf(diagnosis['at']) ?? '') - middleMs) / 1000;
  draft.clockSkewS = Number.isFinite(skewS) ? skewS : null;
  if (Math.abs(skewS) > LONGEST_SKEW_S) {
    draft.warnings.push({
      what: `the clocks differ by ${Math.abs(skewS).toFixed(0)} s; the server's is ${skewS > 0 ? 'ahead' : 'behind'}`,
      remedy:
        'Set both by a time server (timedatectl set-ntp true): history and audit log go by these clocks',
    });
  }
  const home = (diagnosis['home'] ?? {}) as Readonly<Record<string, unknown>>;
  draft.homeFreeBytes = numberOf(home['freeBytes']);
  judgeDisk(draft, textOf(home['folder']) ?? 'the home of the server', draft.homeFreeBytes);
  draft.datasets = listOf(diagnosis['datasets']).map(datasetOf);
  for (const dataset of draft.datasets) judgeDataset(draft, dataset);
}

function datasetOf(value: Readonly<Record<string, unknown>>): ServedDataset {
  return {
    name: textOf(value['name']) ?? '',
    folder: textOf(value['folder']) ?? '',
    writable: value['writable'] === true,
    checked: value['checked'] === true,
    problem: textOf(value['problem']),
    freeBytes: numberOf(value['freeBytes']),
  };
}

function judgeDataset(draft: Draft, { name, folder, writable, problem, freeBytes }: ServedDataset): void {
  if (problem !== null) {
    draft.problems.push({
      what: `the database of ${name} is damaged: ${problem}`,
      remedy: `End the server, keep a copy of ${folder}/.calque, and restore the newest backup (\`calque restore\`)`,
    });
  }
  if (!writable) {
    draft.warnings.push({
      what: `${folder} may not be written: images cannot be added`,
      remedy: 'Correct its permissions, if images are to be added there',
    });
  }
  judgeDisk(draft, folder, freeBytes);
}

function judgeDisk(draft: Draft, folder: string, freeBytes: number | null): void {
  if (freeBytes === null || freeBytes >= LOW_DISK_BYTES) return;
  draft.problems.push({
    what: `${(freeBytes / 1e6).toFixed(0)} MB are free on the disk of ${folder}`,
    remedy: 'Free some space: work that cannot be written is refused',
  });
}

/** Thrown on the way: a plain finding, which ends the examination. */
class Stop extends Error implements Finding {
  readonly what: string;
  readonly remedy: string;

  constructor(what: string, remedy: string) {
    super(what);
    this.what = what;
    this.remedy = remedy;
  }
}

function isFinding(error: unknown): error is Stop {
  return error instanceof Stop;
}

function unreachable({ origin, hostname }: URL, error: unknown): Finding {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const { code, message } = (cause ?? {}) as NodeJS.ErrnoException;
  const isTimeout = error instanceof Error && error.name === 'TimeoutError';
  const isLocal = /^(localhost|127\.|\[::1\])/.test(hostname);
  return {
    what: `nothing answers at ${origin} (${isTimeout ? 'no answer within 10 s' : (code ?? (isCalqueError(error) ? error.code : message))})`,
    remedy: isLocal
      ? 'See whether the server runs, and the tunnel to it (ssh -L) with it'
      : 'See whether the server runs and was started with --host, and whether a firewall lets the port through',
  };
}

function notCalque({ origin }: URL): Stop {
  return new Stop(
    `what answers at ${origin} is not Calque`,
    'Name the address that Calque printed, or correct the proxy before it',
  );
}

function refusal(
  address: URL,
  status: number,
  body: Readonly<Record<string, unknown>> | null,
  hadToken: boolean,
): Stop {
  const code = textOf(body?.['code']);
  if (code === null) return notCalque(address);
  if (status === 401) {
    return new Stop(
      hadToken ? 'the server does not take this token' : 'the server wants its token',
      'Pass the address that it printed, --token, or CALQUE_TOKEN; the token lies in access-token in the CALQUE_HOME of the server',
    );
  }
  if (code === 'path-unknown')
    return new Stop('the server is older than this command', 'Bring it to this version');
  return new Stop(
    `the server refuses: ${textOf(body?.['detail']) ?? code}`,
    textOf(body?.['remedy']) ?? 'See docs/errors.md',
  );
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}
