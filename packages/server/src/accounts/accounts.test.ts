import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Accounts } from './accounts.ts';
import { LoginAttempts } from './login-attempts.ts';
import { fitsHash, hashPassword, isOutdated } from './password-hash.ts';

const cost = { n: 2 ** 10, r: 8, p: 1 };
const PASSWORD = 'correct horse battery';
const HOUR_MS = 3600_000;

let home: string;
let accounts: Accounts;
let nowMs: number;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'calque-accounts-'));
  nowMs = Date.UTC(2031, 1, 3);
  accounts = await Accounts.open(home, { cost, now: () => new Date(nowMs) });
});
afterEach(async () => {
  accounts.close();
  await rm(home, { recursive: true, force: true });
});

describe('a hash of a password', () => {
  test('fits that password alone, however its letters are composed', async () => {
    const hash = await hashPassword('caf\u00e9 au lait', cost);
    expect(await fitsHash('cafe\u0301 au lait', hash)).toBe(true);
    expect(await fitsHash('cafe au lait', hash)).toBe(false);
  });

  test('says what it cost, and two of one password differ', async () => {
    const hash = await hashPassword(PASSWORD, cost);
    expect(hash).toMatch(/^scrypt\$1024\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
    expect(await hashPassword(PASSWORD, cost)).not.toBe(hash);
    expect(isOutdated(hash, { ...cost, n: 2 ** 11 })).toBe(true);
    expect(isOutdated(hash, cost)).toBe(false);
  });

  test('is the one of RFC 7914 for its parameters', async () => {
    // Section 12, third vector: password "pleaseletmein", salt "SodiumChloride"; the first 32 of its 64 bytes.
    const { scryptSync } = await import('node:crypto');
    const key = scryptSync('pleaseletmein', 'SodiumChloride', 64, { N: 16_384, r: 8, p: 1, maxmem: 2 ** 26 });
    expect(key.toString('hex').slice(0, 32)).toBe('7023bdcb3afd7348461c06cd81fd38eb');
  });

  test.each([
    '',
    'plain text',
    'scrypt$3$8$1$AAAAAAAAAAAAAAAAAAAAAA$AA',
    `scrypt$${2 ** 29}$8$1$${'A'.repeat(22)}$${'A'.repeat(43)}`,
  ])('that is none (%j) fits nothing, and costs nothing', async (hash) => {
    expect(await fitsHash('', hash)).toBe(false);
  });
});

describe('accounts', () => {
  test('are added, listed and removed, and names count without their case', async () => {
    await accounts.add('marie', 'annotator', PASSWORD);
    await accounts.add('Paul', 'viewer', PASSWORD);
    expect(accounts.list().map(({ name, role }) => `${name} ${role}`)).toEqual([
      'marie annotator',
      'Paul viewer',
    ]);
    await expect(accounts.add('MARIE', 'admin', PASSWORD)).rejects.toMatchObject({ code: 'account-taken' });
    accounts.remove('paul');
    expect(accounts.list()).toHaveLength(1);
    expect(() => accounts.remove('paul')).toThrow(/no account/);
  });

  test('let in by the right password alone', async () => {
    await accounts.add('marie', 'annotator', PASSWORD);
    expect(await accounts.verify('marie', PASSWORD)).toMatchObject({ name: 'marie', role: 'annotator' });
    expect(await accounts.verify('marie', `${PASSWORD} `)).toBeNull();
    expect(await accounts.verify('nobody', PASSWORD)).toBeNull();
  });

  test.each(['short', 'aaaaaaaaaaaa', 'marie-marie-marie', 'abababababab'])(
    'refuse the password %j',
    async (password) => {
      await expect(accounts.add('marie', 'viewer', password)).rejects.toMatchObject({
        code: 'account-password-weak',
      });
    },
  );

  test.each(['', 'a b', '../up', 'x'.repeat(33), '.hidden', 'name\n'])('refuse the name %j', async (name) => {
    await expect(accounts.add(name, 'viewer', PASSWORD)).rejects.toMatchObject({
      code: 'account-name-invalid',
    });
  });

  test('hash a password again at the cost of today when it was hashed at a lower one', async () => {
    await accounts.add('marie', 'viewer', PASSWORD);
    accounts.close();
    accounts = await Accounts.open(home, { cost: { ...cost, n: 2 ** 11 } });
    await accounts.verify('marie', PASSWORD);
    expect(await readFile(join(home, 'accounts.sqlite'), 'latin1')).toContain('scrypt$2048$8$1$');
    expect(await accounts.verify('marie', PASSWORD)).not.toBeNull();
  });

  test('lie in a file of their owner that holds neither passwords nor ids of sessions', async () => {
    await accounts.add('marie', 'viewer', PASSWORD);
    const id = accounts.begin('marie');
    const path = join(home, 'accounts.sqlite');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const bytes = await readFile(path, 'latin1');
    expect(bytes).toContain('marie');
    expect(bytes).not.toContain(PASSWORD);
    expect(bytes).not.toContain(id);
  });

  test('that are damaged say so', async () => {
    const other = join(home, 'other');
    await rm(other, { recursive: true, force: true });
    await Accounts.open(other, { cost }).then((opened) => opened.close());
    await writeFile(
      join(other, 'accounts.sqlite'),
      'no database at all, but longer than a header would be'.repeat(30),
    );
    await expect(Accounts.open(other)).rejects.toMatchObject({ code: 'account-file-unusable' });
  });
});

describe('a session', () => {
  beforeEach(() => accounts.add('marie', 'annotator', PASSWORD).then(() => undefined));

  test('is of its account until it is ended', () => {
    const [first, second] = [accounts.begin('marie'), accounts.begin('marie')];
    expect(accounts.of(first)?.name).toBe('marie');
    accounts.end(first);
    expect(accounts.of(first)).toBeNull();
    expect(accounts.of(second)?.name).toBe('marie');
    expect(accounts.of('never-begun')).toBeNull();
  });

  test('ends when it is not used for twelve hours, and goes on as long as it is', () => {
    const id = accounts.begin('marie');
    for (let hours = 0; hours < 40; hours += 10) {
      nowMs += 10 * HOUR_MS;
      expect(accounts.of(id)).not.toBeNull();
    }
    nowMs += 12 * HOUR_MS + 1;
    expect(accounts.of(id)).toBeNull();
  });

  test('ends after a week, however much it is used', () => {
    const id = accounts.begin('marie');
    for (let hours = 0; hours < 7 * 24; hours += 8) {
      expect(accounts.of(id)).not.toBeNull();
      nowMs += 8 * HOUR_MS;
    }
    nowMs += 1;
    expect(accounts.of(id)).toBeNull();
  });

  test('ends with the account and with a new password, and has a new role at once', async () => {
    const id = accounts.begin('marie');
    accounts.changeRole('marie', 'viewer');
    expect(accounts.of(id)?.role).toBe('viewer');
    await accounts.changePassword('marie', `${PASSWORD} staple`);
    expect(accounts.of(id)).toBeNull();
    const again = accounts.begin('marie');
    accounts.remove('marie');
    expect(accounts.of(again)).toBeNull();
  });
});

describe('guessing', () => {
  test('waits longer and longer for one name, and never for ever', () => {
    const attempts = new LoginAttempts(1000, () => nowMs);
    for (let wrong = 0; wrong < 5; wrong++) {
      attempts.begin('marie');
      attempts.failed('marie');
    }
    expect(() => attempts.begin('Marie')).toThrow(/too many/);
    attempts.begin('paul');
    nowMs += 15_000;
    attempts.begin('marie');
    attempts.failed('marie');
    nowMs += 29_000;
    expect(() => attempts.begin('marie')).toThrow(/too many/);
    for (let wrong = 0; wrong < 50; wrong++) attempts.failed('marie');
    nowMs += 15 * 60_000;
    attempts.begin('marie');
    attempts.succeeded('marie');
    attempts.failed('marie');
    attempts.begin('marie');
  });

  test('has a bound for everybody together', () => {
    const attempts = new LoginAttempts(3, () => nowMs);
    for (const name of ['a', 'b', 'c']) attempts.begin(name);
    expect(() => attempts.begin('d')).toThrow(/too many/);
    nowMs += 60_001;
    attempts.begin('d');
  });
});
