import '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Site } from '../app/site.ts';
import { accessDenied, hostNotAllowed, originNotAllowed } from '../errors.ts';
import { isProbe } from '../routes/probes.ts';
import { cookieValueOf, sameSecret } from './access-token.ts';
import { enteringPage, loginPage } from './login-page.ts';

export interface GuardOptions {
  /** Null: everybody who reaches the port may do everything. */
  readonly token: string | null;
  /** Host names, without a port, that a request may name; null allows all. */
  readonly hosts: readonly string[] | null;
  readonly cookieName: string;
  readonly language: 'en' | 'fr';
  readonly site: Site;
}

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
const YEAR_S = 365 * 24 * 3600;

/** Who comes in: host and origin are looked at before anything else, then the token. */
export function installGuard(app: FastifyInstance, options: GuardOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    if (isProbe(request)) return undefined;
    checkHost(request, options.hosts);
    checkOrigin(request);
    if (options.token === null) return undefined;
    if (isVisit(request)) return enter(request, reply, options, options.token);
    if (isOpen(request) || isKnown(request, options, options.token)) return undefined;
    if (wantsPage(request))
      return reply.code(401).type('text/html; charset=utf-8').send(loginPage(options.language, options.site));
    throw accessDenied();
  });
}

/** `GET /?token=…`: the address that was printed. The token leaves the address bar at once. */
function isVisit(request: FastifyRequest): boolean {
  return request.method === 'GET' && pathOf(request) === '/' && tokenOf(request) !== null;
}

function enter(
  request: FastifyRequest,
  reply: FastifyReply,
  options: GuardOptions,
  token: string,
): FastifyReply {
  if (!sameSecret(tokenOf(request) ?? '', token)) {
    return reply
      .code(401)
      .type('text/html; charset=utf-8')
      .send(loginPage(options.language, options.site, { wasWrong: true }));
  }
  const query = new URL(request.url, 'http://local').searchParams;
  query.delete('token');
  const clean = `${options.site.basePath}/${query.size === 0 ? '' : `?${query}`}`;
  setCookie(reply, options, token).header('cache-control', 'no-store');
  // Browsers keep a strict cookie back from a redirect that a page of another site began; a page of ours may go on.
  return request.headers['sec-fetch-site'] === 'cross-site'
    ? reply.type('text/html; charset=utf-8').send(enteringPage(clean))
    : reply.redirect(clean, 303);
}

export function setCookie(reply: FastifyReply, options: GuardOptions, token: string): FastifyReply {
  return reply.setCookie(options.cookieName, cookieValueOf(token), {
    httpOnly: true,
    sameSite: 'strict',
    path: options.site.basePath || '/',
    secure: options.site.isSecure,
    maxAge: YEAR_S,
  });
}

/** Login, and nothing else. */
function isOpen(request: FastifyRequest): boolean {
  const path = pathOf(request);
  return (
    (request.method === 'POST' && path === '/api/session') || (request.method === 'GET' && path === '/login')
  );
}

function isKnown(request: FastifyRequest, { cookieName }: GuardOptions, token: string): boolean {
  const cookie = request.cookies[cookieName];
  if (cookie !== undefined && sameSecret(cookie, cookieValueOf(token))) return true;
  const [scheme, given] = (request.headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && given !== undefined && sameSecret(given, token);
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
