import { asCalqueError } from '../../errors.ts';
import {
  type Calls,
  type NoteMessage,
  PROTOCOL_VERSION,
  type RequestMessage,
  type ResponseMessage,
  type Role,
  TELLING,
} from '../protocol.ts';

export type Handlers<R extends Role> = {
  readonly [K in keyof Calls[R]]: Calls[R][K] extends { readonly args: infer A; readonly result: infer V }
    ? (args: A) => Promise<V>
    : never;
};

/** Answers the parent's calls one after the other, in the order they came, until the parent goes away. */
export function serveCalls<R extends Role>(handlers: Handlers<R>): void {
  let last: Promise<void> = Promise.resolve();
  process.on('message', (message: RequestMessage) => {
    last = last.then(() => answer(handlers, message));
  });
  // Ctrl-C reaches the whole process group: the parent decides what it means.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
}

async function answer<R extends Role>(handlers: Handlers<R>, request: RequestMessage): Promise<void> {
  const { id } = request;
  const started = performance.now();
  try {
    if (request.version !== PROTOCOL_VERSION)
      throw new Error(`protocol ${request.version} is not ${PROTOCOL_VERSION}`);
    const handler = handlers[request.call as keyof Handlers<R>] as
      | ((args: unknown) => Promise<unknown>)
      | undefined;
    if (handler === undefined) throw new Error(`no call ${request.call}`);
    send({ version: PROTOCOL_VERSION, id, ok: true, value: await handler(request.args) });
    note(request, started, null);
  } catch (error) {
    const told = asCalqueError(error, request.call);
    send({ version: PROTOCOL_VERSION, id, ok: false, error: told.toJSON() });
    note(request, started, told.code);
  }
}

const isTelling = process.argv.includes(TELLING);

function note({ call, requestId }: RequestMessage, started: number, code: string | null): void {
  if (!isTelling) return;
  send({
    version: PROTOCOL_VERSION,
    note: { call, requestId: requestId ?? null, ms: performance.now() - started, code },
  });
}

function send(message: ResponseMessage | NoteMessage): void {
  // Without a parent there is nobody to tell; `disconnect` ends the process.
  process.send?.(message, undefined, undefined, () => undefined);
}
