import '@fastify/cookie';
import { PAGE_HEADER } from '@calque/api';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Accounts } from '../accounts/accounts.ts';
import { isAtLeast, roleFor } from '../accounts/route-roles.ts';
import type { Site } from '../app/site.ts';
import {
  accessDenied,
  hostNotAllowed,
  originNotAllowed,
  requestNotFromPage,
  roleNotAllowed,
} from '../errors.ts';
import { isProbe } from '../routes/probes.ts';
import { cookieValueOf, sameSecret } from './access-token.ts';
import { type Caller, keepCaller } from './caller.ts';
import { enteringPage, sendLoginPage } from './login-page.ts';

export interface GuardOptions {
  /** Null: nobody is asked for one; where there are no accounts either, everybody who reaches the port may do everything. */
  readonly token: string | null;
  /** People who may come in; null: the token lets in. */
  readonly accounts: Accounts | null;
  /** Host names, without a port, that a request may name; null allows all. */
  readonly hosts: readonly string[] | null;
  readonly cookieName: string;
  /** Of the page to come in; null: what the browser asks for. */
  readonly language: 'en' | 'fr' | null;
  readonly site: Site;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const YEAR_S = 365 * 24 * 3600;
const WEEK_S = 7 * 24 * 3600;

/** Who comes in: host and origin are looked at before anything else, then who it is, then what that one may. */
export function installGuard(app: FastifyInstance, options: GuardOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    if (isProbe(request)) return undefined;
    checkHost(request, options.hosts);
    checkOrigin(request);
    if (isVisit(request, options)) return enter(request, reply, options, options.token ?? '');
    const least = roleFor(request.method, request.routeOptions.url);
    const caller = knownCaller(request, options);
    if (caller !== null) keepCaller(request, caller);
    if (least === 'anybody') return undefined;
    if (caller === null) {
      if (wantsPage(request)) return sendLoginPage(request, reply.code(401), options);
      throw accessDenied();
    }
    checkFromPage(request, caller);
    if (!isAtLeast(caller.role, least)) throw roleNotAllowed(caller.role, least);
    return undefined;
  });
}

/** By session, cookie or token; null: nobody who is known. Looked up anew, so that an account that was removed is out at once. */
export function knownCaller(request: FastifyRequest, options: GuardOptions): Caller | null {
  const { token, accounts, cookieName } = options;
  if (token === null && accounts === null) return { name: null, role: 'admin', by: 'open' };
  if (token !== null && sameSecretAs(bearerOf(request), token))
    return { name: null, role: 'admin', by: 'bearer' };
  const cookie = request.cookies[cookieName];
  if (cookie === undefined) return null;
  if (accounts === null) {
    const fits = token !== null && sameSecret(cookie, cookieValueOf(token));
    return fits ? { name: null, role: 'admin', by: 'cookie' } : null;
  }
  const account = accounts.of(cookie);
  return account === null ? null : { name: account.name, role: account.role, by: 'cookie' };
}

function bearerOf(request: FastifyRequest): string | undefined {
  const [scheme, given] = (request.headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' ? given : undefined;
}

function sameSecretAs(given: string | undefined, expected: string): boolean {
  return given !== undefined && sameSecret(given, expected);
}

/** `GET /?token=…`: the address that was printed. The token leaves the address bar at once. */
function isVisit(request: FastifyRequest, { token, accounts }: GuardOptions): boolean {
  if (token === null || accounts !== null) return false;
  return request.method === 'GET' && pathOf(request) === '/' && tokenOf(request) !== null;
}

function enter(
  request: FastifyRequest,
  reply: FastifyReply,
  options: GuardOptions,
  token: string,
): FastifyReply {
  if (!sameSecret(tokenOf(request) ?? '', token)) {
    return sendLoginPage(request, reply.code(401), options, { problem: 'wrong' });
  }
  const query = new URL(request.url, 'http://local').searchParams;
  query.delete('token');
  const clean = `${options.site.basePath}/${query.size === 0 ? '' : `?${query}`}`;
  setTokenCookie(reply, options, token).header('cache-control', 'no-store');
  // Browsers keep a strict cookie back from a redirect that a page of another site began; a page of ours may go on.
  return request.headers['sec-fetch-site'] === 'cross-site'
    ? reply.type('text/html; charset=utf-8').send(enteringPage(clean))
    : reply.redirect(clean, 303);
}

export function setTokenCookie(reply: FastifyReply, options: GuardOptions, token: string): FastifyReply {
  const { cookieName, site } = options;
  return reply.setCookie(cookieName, cookieValueOf(token), { ...cookieOf(site), maxAge: YEAR_S });
}

/** @param id of a session. */
export function setSessionCookie(reply: FastifyReply, options: GuardOptions, id: string): FastifyReply {
  const { cookieName, site } = options;
  return reply.setCookie(cookieName, id, { ...cookieOf(site), maxAge: WEEK_S });
}

export function clearCookie(reply: FastifyReply, { cookieName, site }: GuardOptions): FastifyReply {
  return reply.clearCookie(cookieName, cookieOf(site));
}

function cookieOf({ basePath, isSecure }: Site) {
  return { httpOnly: true, sameSite: 'strict', path: basePath || '/', secure: isSecure } as const;
}

function wantsPage(request: FastifyRequest): boolean {
  const path = pathOf(request);
  return (
    request.method === 'GET' &&
    !path.startsWith('/api/') &&
    (request.headers.accept ?? '').includes('text/html')
  );
}

/** Against other names that lead to this machine (DNS rebinding). The port does not count: a tunnel has its own. */
function checkHost(request: FastifyRequest, hosts: readonly string[] | null): void {
  if (hosts === null) return;
  const host = request.headers.host ?? '';
  const name = hostNameOf(host);
  if (name === null || !hosts.includes(name)) throw hostNotAllowed(host);
}

export function hostNameOf(host: string): string | null {
  const found = /^(\[[0-9a-fA-F:.]+\]|[^:/\s[\]]+)(?::\d{1,5})?$/.exec(host);
  return found?.[1]?.toLowerCase() ?? null;
}

/** A change may only come from a page of this server, or from a program, which names no origin. */
function checkOrigin(request: FastifyRequest): void {
  if (SAFE_METHODS.has(request.method)) return;
  const { origin, host } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (origin !== undefined && hostOfOrigin(origin) !== host) throw originNotAllowed(origin);
  if (site === 'cross-site' || site === 'same-site') throw originNotAllowed(String(site));
}

/** A browser sends its cookie by itself, so a change that comes with one must say that it was a page of ours that asked. */
function checkFromPage(request: FastifyRequest, { by }: Caller): void {
  if (by !== 'cookie' || SAFE_METHODS.has(request.method)) return;
  if (request.headers[PAGE_HEADER] === undefined) throw requestNotFromPage();
}

function hostOfOrigin(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}

function tokenOf(request: FastifyRequest): string | null {
  return new URL(request.url, 'http://local').searchParams.get('token');
}
