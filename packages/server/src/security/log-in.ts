import type { FastifyReply, FastifyRequest } from 'fastify';
import type { LoginAttempts } from '../accounts/login-attempts.ts';
import { loginWrong } from '../errors.ts';
import { sameSecret } from './access-token.ts';
import { type GuardOptions, setSessionCookie, setTokenCookie } from './guard.ts';

export type Credentials = { readonly token: string } | { readonly name: string; readonly password: string };

/**
 * Lets in who has the right credentials: the answer gets a cookie. Rejects with `login-wrong`, whatever of it was wrong, or
 * `too-many-requests`.
 */
export async function logIn(
  request: FastifyRequest,
  reply: FastifyReply,
  given: Credentials,
  { guard, attempts }: { readonly guard: GuardOptions; readonly attempts: LoginAttempts },
): Promise<void> {
  attempts.begin('name' in given ? given.name : null);
  const { token, accounts } = guard;
  if (accounts === null) {
    if (token === null) return;
    if (!('token' in given) || !sameSecret(given.token, token)) throw loginWrong('token');
    setTokenCookie(reply, guard, token);
    return;
  }
  if (!('name' in given)) throw loginWrong('account');
  const account = await accounts.verify(given.name, given.password);
  if (account === null) {
    attempts.failed(given.name);
    throw loginWrong('account');
  }
  attempts.succeeded(given.name);
  // A session that was there before is not gone on with: whoever knew its id would be in.
  const former = request.cookies[guard.cookieName];
  if (former !== undefined) accounts.end(former);
  setSessionCookie(reply, guard, accounts.begin(account.name));
}
