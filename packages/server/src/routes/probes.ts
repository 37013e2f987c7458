import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ServerParts } from '../app/server-parts.ts';

/** Where orchestrators look; open to everybody, since they say nothing but the state. */
const LIVENESS = '/livez';
const READINESS = '/readyz';

export type Readiness = 'ready' | 'starting' | 'no-model' | 'closing';

export function isProbe({ method, routeOptions: { url } }: FastifyRequest): boolean {
  return (method === 'GET' || method === 'HEAD') && (url === LIVENESS || url === READINESS);
}

/**
 * `GET /livez`: the process answers. `GET /readyz`: prompts can be answered (200), or not (503): the model is being loaded or
 * downloaded, it cannot be had, or the server is ending.
 */
export function registerProbes(app: FastifyInstance, parts: Pick<ServerParts, 'models' | 'lifecycle'>): void {
  const options = { schema: { hide: true }, config: { rateLimit: false } };
  app.get(LIVENESS, options, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'live' }),
  );
  app.get(READINESS, options, async (_request, reply) => {
    const status = await readinessOf(parts);
    if (status !== 'ready') reply.code(503).header('retry-after', '1');
    return reply.header('cache-control', 'no-store').send({ status });
  });
}

async function readinessOf({
  models,
  lifecycle,
}: Pick<ServerParts, 'models' | 'lifecycle'>): Promise<Readiness> {
  if (lifecycle.isClosing) return 'closing';
  const { status } = await models.state(models.defaultModel);
  if (status === 'failed') return 'no-model';
  return status === 'ready' && models.isWarm ? 'ready' : 'starting';
}
