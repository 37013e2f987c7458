import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** The token of this machine's server, made at the first start and kept, so that an address stays good after a restart. */
export async function loadAccessToken(home: string): Promise<string> {
  const path = join(home, 'access-token');
  const known = (await readFile(path, 'utf8').catch(() => '')).trim();
  if (TOKEN.test(known)) {
    // It may have come from a backup or a copy.
    await chmod(path, 0o600).catch(() => undefined);
    return known;
  }
  const token = randomBytes(32).toString('base64url');
  await mkdir(home, { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(`${token}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  return token;
}

/** Compares without telling by its time how much was right. */
export function sameSecret(given: string, expected: string): boolean {
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** What the cookie holds: it opens the same doors, and does not give the token away. */
export function cookieValueOf(token: string): string {
  return createHmac('sha256', token).update('calque session 1').digest('base64url');
}
