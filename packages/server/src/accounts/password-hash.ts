import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** Cost of a hash; `N`, `r` and `p` of scrypt (RFC 7914). */
export interface HashCost {
  readonly n: number;
  readonly r: number;
  readonly p: number;
}

/** 128 MiB and about a third of a second. Source: OWASP Password Storage Cheat Sheet. */
export const HASH_COST: HashCost = { n: 2 ** 17, r: 8, p: 1 };

const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** More than any cost that this code has ever written: what stands in the file is not let fill the memory. */
const MOST_BYTES = 1024 ** 3;

/** `scrypt$N$r$p$salt$key`, so that a hash says itself how it is checked when the cost has been raised. */
export async function hashPassword(password: string, cost: HashCost = HASH_COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derived(password, salt, cost);
  return ['scrypt', cost.n, cost.r, cost.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Compares without telling by its time how much was right. A text that is no hash fits no password. */
export async function fitsHash(password: string, hash: string): Promise<boolean> {
  const parts = partsOf(hash);
  if (parts === null) return false;
  const key = await derived(password, parts.salt, parts.cost);
  return timingSafeEqual(key, parts.key);
}

/** Whether a hash costs less than one that is made now. */
export function isOutdated(hash: string, cost: HashCost = HASH_COST): boolean {
  const found = partsOf(hash)?.cost;
  return found === undefined || found.n < cost.n || found.r < cost.r || found.p < cost.p;
}

interface HashParts {
  readonly cost: HashCost;
  readonly salt: Buffer;
  readonly key: Buffer;
}

function partsOf(hash: string): HashParts | null {
  const found = /^scrypt\$(\d{1,9})\$(\d{1,3})\$(\d{1,3})\$([\w-]{22})\$([\w-]{43})$/.exec(hash);
  if (found === null) return null;
  const [n, r, p] = found.slice(1, 4).map(Number) as [number, number, number];
  if (n < 2 || (n & (n - 1)) !== 0 || r < 1 || p < 1 || 128 * n * r > MOST_BYTES) return null;
  const [salt, key] = found.slice(4).map((text) => Buffer.from(text, 'base64url')) as [Buffer, Buffer];
  return { cost: { n, r, p }, salt, key };
}

/** One after the other: a hundred logins at once would take a hundred times the memory. */
let last: Promise<unknown> = Promise.resolve();

function derived(password: string, salt: Buffer, { n, r, p }: HashCost): Promise<Buffer> {
  const options: ScryptOptions = { N: n, r, p, maxmem: 256 * n * r + 1024 * 1024 };
  const result = last.then(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        // Two ways to write the same letter are one password.
        scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
          error === null ? resolve(key) : reject(error),
        );
      }),
  );
  last = result.catch(() => undefined);
  return result;
}
