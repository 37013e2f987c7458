import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';
import { accessDenied, tooManyRequests } from '../errors.ts';
import { sameSecret } from '../security/access-token.ts';
import { setCookie } from '../security/guard.ts';

const MINUTE_MS = 60_000;

export function sessionRoutes({ guard, limits }: ServerParts): Handlers {
  const attempts: number[] = [];
  return {
    async logIn({ body }, { reply }) {
      limitAttempts(attempts, limits.loginsPerMinute);
      if (guard.token === null) return;
      if (!sameSecret(body.token, guard.token)) throw accessDenied();
      setCookie(reply, guard, guard.token);
    },
  };
}

/** Of everybody together: a guesser could come from many places. */
function limitAttempts(attempts: number[], perMinute: number): void {
  const now = Date.now();
  while ((attempts[0] ?? now) < now - MINUTE_MS) attempts.shift();
  if (attempts.length >= perMinute) throw tooManyRequests(60);
  attempts.push(now);
}
