import { asCalqueError } from '../../errors.ts';
import {
  type Calls,
  PROTOCOL_VERSION,
  type RequestMessage,
  type ResponseMessage,
  type Role,
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
  try {
    if (request.version !== PROTOCOL_VERSION)
      throw new Error(`protocol ${request.version} is not ${PROTOCOL_VERSION}`);
    const handler = handlers[request.call as keyof Handlers<R>] as
      | ((args: unknown) => Promise<unknown>)
      | undefined;
    if (handler === undefined) throw new Error(`no call ${request.call}`);
    send({ version: PROTOCOL_VERSION, id, ok: true, value: await handler(request.args) });
  } catch (error) {
    send({ version: PROTOCOL_VERSION, id, ok: false, error: asCalqueError(error, request.call).toJSON() });
  }
}

function send(message: ResponseMessage): void {
  // Without a parent there is nobody to tell; `disconnect` ends the process.
  process.send?.(message, undefined, undefined, () => undefined);
}
