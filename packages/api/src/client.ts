import { CalqueError } from '@calque/core';
import type { Static, TSchema } from 'typebox';
import { answerNotUnderstood, serverUnreachable } from './errors.ts';
import { type Route, type RouteName, type Routes, routes } from './routes.ts';
import type { Problem } from './schemas/server-state.ts';

type Part<R, Key extends string> = R extends { readonly [K in Key]: infer S extends TSchema }
  ? { readonly [K in Key]: DeepReadonly<Static<S>> }
  : unknown;

/** Nothing in it may be changed, however deep: what is sent is only read. */
export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** What a route takes: its `params`, `query` and `body`, where it has them. */
export type CallArguments<Name extends RouteName> = Part<Routes[Name], 'params'> &
  QueryPart<Routes[Name]> &
  Part<Routes[Name], 'body'> & { readonly signal?: AbortSignal };

type QueryPart<R> = R extends { readonly query: infer S extends TSchema }
  ? Partial<Record<never, never>> extends Static<S>
    ? { readonly query?: Static<S> }
    : { readonly query: Static<S> }
  : unknown;

/** What a route answers: parsed JSON, bytes, or nothing. */
export type Answer<Name extends RouteName> = Routes[Name]['response'] extends infer S
  ? S extends 'binary'
    ? ArrayBuffer
    : S extends TSchema
      ? Static<S>
      : undefined
  : never;

/**
 * The HTTP interface as typed functions. Rejects with the server's own error (a CalqueError with its code),
 * `server-unreachable`, or the signal's reason.
 */
export interface Client {
  call<Name extends RouteName>(name: Name, args: CallArguments<Name>): Promise<Answer<Name>>;
  /** The address of a GET route, for `img` elements and tile sources. */
  addressOf(name: RouteName, args: AddressArguments): string;
}

export interface AddressArguments {
  readonly params?: Readonly<Record<string, string | number>>;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
}

export interface ClientOptions {
  /** Without a slash at its end; empty for the page's own origin. */
  readonly baseUrl: string;
  /** For tests, and for programs that bring a token of their own. */
  readonly fetch?: typeof globalThis.fetch;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Says that a page, or a program, asked on purpose: a form of another site cannot send it. */
export const PAGE_HEADER = 'x-calque-request';

interface LooseArguments extends AddressArguments {
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

export function createClient({ baseUrl, headers = {}, fetch = globalThis.fetch }: ClientOptions): Client {
  const addressOf = (name: RouteName, args: AddressArguments): string => baseUrl + pathOf(routes[name], args);
  const call = async (name: RouteName, args: LooseArguments): Promise<unknown> => {
    const address = addressOf(name, args);
    const response = await send(fetch, address, requestOf(routes[name], headers, args), args.signal);
    if (!response.ok) throw await errorOf(response);
    return answerOf(routes[name], response);
  };
  return { addressOf, call: call as Client['call'] };
}

async function send(
  fetch: typeof globalThis.fetch,
  address: string,
  request: RequestInit,
  signal: AbortSignal | undefined,
): Promise<Response> {
  try {
    return await fetch(address, signal === undefined ? request : { ...request, signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw serverUnreachable(address, cause);
  }
}

function requestOf(
  route: Route,
  headers: Readonly<Record<string, string>>,
  args: LooseArguments,
): RequestInit {
  const json = args.body !== undefined && !(args.body instanceof FormData);
  return {
    method: route.method,
    credentials: 'same-origin',
    headers: { [PAGE_HEADER]: '1', ...headers, ...(json ? { 'content-type': 'application/json' } : {}) },
    ...(args.body === undefined ? {} : { body: json ? JSON.stringify(args.body) : (args.body as FormData) }),
  };
}

async function answerOf(route: Route, response: Response): Promise<unknown> {
  if (route.response === null) return undefined;
  return route.response === 'binary' ? response.arrayBuffer() : response.json();
}

async function errorOf(response: Response): Promise<CalqueError> {
  const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
  if (typeof problem?.code !== 'string') return answerNotUnderstood(response.status);
  return CalqueError.fromJSON({
    code: problem.code,
    message: problem.detail ?? problem.title ?? problem.code,
    ...(problem.expected === undefined ? {} : { expected: problem.expected }),
    ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
    details: { ...problem.details, status: response.status },
  });
}

function pathOf(route: Route, { params = {}, query = {} }: AddressArguments): string {
  const path = route.path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(params[name])));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(name, String(value));
  }
  return search.size === 0 ? path : `${path}?${search}`;
}
