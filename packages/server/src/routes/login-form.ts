import { isCalqueError } from '@calque/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServerParts } from '../app/server-parts.ts';
import { originNotAllowed } from '../errors.ts';
import { type Credentials, logIn } from '../security/log-in.ts';
import { sendLoginPage } from '../security/login-page.ts';

const MOST_BYTES = 4096;

/** `GET` and `POST /login`: the form for who is not in yet, which works without scripts. */
export async function registerLoginForm(
  app: FastifyInstance,
  { guard, attempts }: Pick<ServerParts, 'guard' | 'attempts'>,
): Promise<void> {
  app.get('/login', { schema: { hide: true } }, async (request, reply) =>
    sendLoginPage(request, reply, guard),
  );
  // Of its own, so that no other route understands what a form of another site could send.
  await app.register(async (forms) => {
    forms.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: MOST_BYTES },
      async (_request: FastifyRequest, body: string | Buffer) => new URLSearchParams(String(body)),
    );
    forms.post('/login', { schema: { hide: true } }, async (request, reply) => {
      // Every browser names the origin of a form; without it anybody's page could sign somebody in under another name.
      if (request.headers.origin === undefined) throw originNotAllowed('an unknown origin');
      const given = credentialsIn(request.body);
      try {
        await logIn(request, reply, given, { guard, attempts });
      } catch (error) {
        if (!isCalqueError(error)) throw error;
        const isBusy = error.code === 'too-many-requests';
        const name = 'name' in given ? { name: given.name } : {};
        const problem = isBusy ? 'busy' : 'wrong';
        return sendLoginPage(request, reply.code(isBusy ? 429 : 401), guard, { problem, ...name });
      }
      return reply.header('cache-control', 'no-store').redirect(`${guard.site.basePath}/`, 303);
    });
  });
}

function credentialsIn(body: unknown): Credentials {
  const fields = body instanceof URLSearchParams ? body : new URLSearchParams();
  const token = fields.get('token');
  if (token !== null) return { token };
  return { name: fields.get('name') ?? '', password: fields.get('password') ?? '' };
}
