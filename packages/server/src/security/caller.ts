import type { Role } from '@calque/api';
import type { FastifyRequest } from 'fastify';

/** Who a request comes from, as far as the server knows. */
export interface Caller {
  /** Of an account; null where the access token let in, or nobody is asked for one. */
  readonly name: string | null;
  readonly role: Role;
  /** `cookie`: a browser sends it by itself, also where another site makes it ask. */
  readonly by: 'cookie' | 'bearer' | 'open';
}

const callers = new WeakMap<FastifyRequest, Caller>();

export function keepCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** Null where nobody is known, which only routes for anybody see. */
export function callerOf(request: FastifyRequest): Caller | null {
  return callers.get(request) ?? null;
}
