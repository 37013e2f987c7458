import type { Handlers } from '../app/route-registrar.ts';
import type { ServerParts } from '../app/server-parts.ts';
import { callerOf } from '../security/caller.ts';
import { clearCookie } from '../security/guard.ts';
import { logIn } from '../security/log-in.ts';

export function sessionRoutes({ guard, attempts }: ServerParts): Handlers {
  return {
    async logIn({ body }, { request, reply }) {
      await logIn(request, reply, body, { guard, attempts });
    },
    async logOut(_, { request, reply }) {
      const cookie = request.cookies[guard.cookieName];
      if (cookie !== undefined) guard.accounts?.end(cookie);
      clearCookie(reply, guard);
    },
    async readSession(_, { request }) {
      const caller = callerOf(request);
      return { accounts: guard.accounts !== null, name: caller?.name ?? null, role: caller?.role ?? null };
    },
  };
}
