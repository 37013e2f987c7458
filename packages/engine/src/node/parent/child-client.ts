import { type ChildProcess, fork } from 'node:child_process';
import { setPriority } from 'node:os';
import { CalqueError } from '@calque/core';
import type { ChildEnded, EngineEvent, EngineListener } from '../../engine-event.ts';
import { engineClosed, engineCrashed } from '../../errors.ts';
import type { BackendCall } from '../../service/backend.ts';
import {
  type Calls,
  type NoteMessage,
  PROTOCOL_VERSION,
  type RequestMessage,
  type ResponseMessage,
  type Role,
  TELLING,
} from '../protocol.ts';

type Args<R extends Role, K extends keyof Calls[R]> = Calls[R][K] extends { readonly args: infer A }
  ? A
  : never;
type Result<R extends Role, K extends keyof Calls[R]> = Calls[R][K] extends { readonly result: infer V }
  ? V
  : never;

const STDERR_TAIL = 2000;

/** One process with the calls that it has not answered. */
interface Running {
  readonly child: ChildProcess;
  readonly pending: Map<number, Pending>;
  readonly ended: Promise<void>;
  stderrTail: string;
  /** Set when we end it ourselves. */
  why: ChildEnded['why'];
}

interface Pending {
  readonly requestId: string | null;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

export interface ChildOptions {
  readonly entry: URL;
  readonly env?: NodeJS.ProcessEnv;
  /** It gives way where the processor is wanted elsewhere. */
  readonly givesWay?: boolean;
  /** Is told what happens to the processes and, by them, what they do. */
  readonly onEvent?: EngineListener;
}

/** What a call is made for, and the signal that stops it. */
export interface ChildCallOptions extends Partial<BackendCall> {
  readonly signal?: AbortSignal;
}

type OwnEvent = EngineEvent extends infer E
  ? E extends EngineEvent
    ? Omit<E, 'role' | 'pid'>
    : never
  : never;

/** One child process of a role: started by its first call, started again after it ended, whoever ended it. */
export class ChildClient<R extends Role> {
  readonly #role: R;
  readonly #options: ChildOptions;
  #running: Running | undefined;
  #nextId = 1;
  #closed = false;
  #generation = 0;

  constructor(role: R, options: ChildOptions) {
    this.#role = role;
    this.#options = options;
  }

  /** Counts processes: a caller whose number is older knows that what it loaded into its process is gone. */
  get generation(): number {
    return this.#running === undefined ? -1 : this.#generation;
  }

  get pid(): number | undefined {
    return this.#running?.child.pid;
  }

  /**
   * Rejects with the child's error, with `engine-crashed` when the process ends first, or with the signal's reason.
   * Aborting kills the process: a model that runs can be stopped in no other way (docs/decisions).
   */
  async call<K extends keyof Calls[R] & string>(
    call: K,
    args: Args<R, K>,
    { signal, requestId = null }: ChildCallOptions = {},
  ): Promise<Result<R, K>> {
    if (this.#closed) throw engineClosed();
    signal?.throwIfAborted();
    this.#running ??= this.#spawn();
    const running = this.#running;
    const id = this.#nextId++;
    const answer = new Promise<unknown>((resolve, reject) => {
      running.pending.set(id, { resolve, reject, requestId });
      const request: RequestMessage = { version: PROTOCOL_VERSION, id, call, args, requestId };
      // Where the process is gone, the exit handler rejects, and says it better.
      running.child.send(request, () => undefined);
    });
    const onAbort = (): void => {
      settle(running, id, (pending) => pending.reject(signal?.reason));
      this.#kill(running, 'cancelled');
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      return (await answer) as Result<R, K>;
    } finally {
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Starts the process before it is needed. */
  warm(): void {
    if (!this.#closed) this.#running ??= this.#spawn();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const running = this.#running;
    if (running === undefined) return;
    settleAll(running, () => engineClosed());
    this.#kill(running, 'closed');
    await running.ended;
  }

  #kill(running: Running, why: ChildEnded['why']): void {
    running.why = why;
    if (this.#running === running) this.#running = undefined;
    running.child.kill('SIGKILL');
  }

  #spawn(): Running {
    const telling = this.#options.onEvent === undefined ? [] : [TELLING];
    const child = fork(this.#options.entry, [this.#role, ...telling], {
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      ...(this.#options.env === undefined ? {} : { env: this.#options.env }),
    });
    if (this.#options.givesWay === true) giveWay(child.pid);
    this.#generation++;
    const running: Running = {
      child,
      pending: new Map(),
      stderrTail: '',
      why: 'lost',
      ended: new Promise((resolve) => {
        const forget = (): void => {
          if (this.#running === running) this.#running = undefined;
        };
        const lost = (how: string): void => {
          forget();
          this.#tell(running, {
            kind: 'child-ended',
            how,
            why: running.why,
            requestIds: requestIdsOf(running),
          });
          const crash = { role: this.#role, how, killed: how === 'SIGKILL', stderr: running.stderrTail };
          settleAll(running, () => engineCrashed(crash));
          resolve();
        };
        child.once('error', (error) => lost(error.message));
        child.once('exit', forget);
        // Not before its last words on stderr have been read.
        child.once('close', (code, signal) => lost(signal ?? `exit code ${code}`));
      }),
    };
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      running.stderrTail = (running.stderrTail + text).slice(-STDERR_TAIL);
      this.#tell(running, { kind: 'child-said', text, requestIds: requestIdsOf(running) });
    });
    child.on('message', (message) => this.#receive(running, message as ResponseMessage | NoteMessage));
    this.#tell(running, { kind: 'child-started', again: this.#generation > 1 });
    return running;
  }

  #tell({ child }: Running, event: OwnEvent): void {
    this.#options.onEvent?.({ ...event, role: this.#role, pid: child.pid ?? null } as EngineEvent);
  }

  #receive(running: Running, message: ResponseMessage | NoteMessage): void {
    if ('note' in message) this.#tell(running, { kind: 'child-call', ...message.note });
    else this.#settle(running, message);
  }

  #settle(running: Running, message: ResponseMessage): void {
    settle(running, message.id, (pending) => {
      if (message.version !== PROTOCOL_VERSION) {
        const how = `it speaks protocol ${message.version}, not ${PROTOCOL_VERSION}`;
        pending.reject(engineCrashed({ role: this.#role, how, killed: false, stderr: '' }));
      } else if (message.ok) pending.resolve(message.value);
      else pending.reject(CalqueError.fromJSON(message.error));
    });
  }
}

/** A third of the share of what runs at the usual priority, where there is not enough for both. */
const LOWER_PRIORITY = 5;

/** A process that has ended meanwhile, or a system without priorities, changes nothing else. */
function giveWay(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, LOWER_PRIORITY);
  } catch {
    // It runs at the usual priority.
  }
}

/** Of the calls under way, each once. */
function requestIdsOf({ pending }: Running): string[] {
  const ids = [...pending.values()].flatMap(({ requestId }) => requestId ?? []);
  return [...new Set(ids)];
}

function settle(running: Running, id: number, how: (pending: Pending) => void): void {
  const pending = running.pending.get(id);
  if (pending === undefined) return;
  running.pending.delete(id);
  how(pending);
}

function settleAll(running: Running, reason: () => CalqueError): void {
  for (const id of [...running.pending.keys()]) settle(running, id, (pending) => pending.reject(reason()));
}
