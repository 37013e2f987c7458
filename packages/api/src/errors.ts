import { CalqueError } from '@calque/core';

export function serverUnreachable(address: string, cause: unknown): CalqueError {
  return new CalqueError({
    code: 'server-unreachable',
    message: `nothing answers at ${address}`,
    remedy: 'Check that Calque is running and that the tunnel to it, if there is one, is open.',
    details: { address },
    cause,
  });
}

export function answerNotUnderstood(status: number): CalqueError {
  return new CalqueError({
    code: 'answer-not-understood',
    message: `the server answered with status ${status} and no explanation that Calque knows`,
    expected: 'an answer of the Calque server of this version',
    remedy: 'Check that no other program answers at this address, and load the page again.',
    details: { status },
  });
}
