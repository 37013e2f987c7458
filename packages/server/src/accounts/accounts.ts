import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DeepReadonly, ROLES, type Role, type Settings } from '@calque/api';
import {
  accountFileUnusable,
  accountNameInvalid,
  accountPasswordWeak,
  accountTaken,
  accountUnknown,
} from '../errors.ts';
import { DatabaseSync, type DatabaseSyncInstance } from '../storage/sqlite/sqlite-database.ts';
import { fitsHash, HASH_COST, type HashCost, hashPassword, isOutdated } from './password-hash.ts';

export interface Account {
  readonly name: string;
  readonly role: Role;
  readonly createdAt: string;
}

export interface AccountsOptions {
  readonly now?: () => Date;
  /** Tests use a cheap one. */
  readonly cost?: HashCost;
}

/** A session ends when it was not used for so long. */
const IDLE_MS = 12 * 3600_000;
/** And after so long in any case. */
const LONGEST_MS = 7 * 24 * 3600_000;
/** How often the last use of a session is written. */
const SEEN_EVERY_MS = 60_000;

export const LEAST_PASSWORD_LENGTH = 10;

const VERSION = 1;
const TABLES = [
  `CREATE TABLE accounts (
    name TEXT PRIMARY KEY COLLATE NOCASE, role TEXT NOT NULL, hash TEXT NOT NULL, created_at TEXT NOT NULL,
    settings TEXT NOT NULL DEFAULT '{}'
  ) STRICT`,
  `CREATE TABLE sessions (
    id_sha256 TEXT PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE REFERENCES accounts (name) ON DELETE CASCADE,
    created_ms REAL NOT NULL, seen_ms REAL NOT NULL
  ) STRICT`,
];

/** Whoever waits longer for the file holds up everybody: requests wait in line behind it. */
const PATIENCE_MS = 2000;

/**
 * People who may come in, and who is in: `accounts.sqlite` in Calque's own folder, readable by its owner alone. Of passwords
 * and of sessions it holds hashes, so that who reads the file has neither. The command line changes it while a server runs.
 */
export class Accounts {
  readonly #database: DatabaseSyncInstance;
  readonly #now: () => Date;
  readonly #cost: HashCost;
  #nobody: Promise<string> | undefined;

  private constructor(
    database: DatabaseSyncInstance,
    { now = () => new Date(), cost = HASH_COST }: AccountsOptions,
  ) {
    this.#database = database;
    this.#now = now;
    this.#cost = cost;
  }

  /** Whether a folder has accounts. Nothing is made. */
  static exist(home: string): boolean {
    return existsSync(pathIn(home));
  }

  /** Opens them, made where there are none. Rejects with `account-file-unusable`. */
  static async open(home: string, options: AccountsOptions = {}): Promise<Accounts> {
    const path = pathIn(home);
    try {
      await mkdir(home, { recursive: true });
      const database = new DatabaseSync(path, { timeout: PATIENCE_MS });
      await chmod(path, 0o600);
      prepare(database);
      return new Accounts(database, options);
    } catch (error) {
      throw accountFileUnusable(path, error);
    }
  }

  list(): readonly Account[] {
    const rows = this.#database.prepare('SELECT name, role, created_at FROM accounts ORDER BY name').all();
    return (rows as unknown as AccountRow[]).map(accountOf);
  }

  /** Rejects with `account-name-invalid`, `account-password-weak` or `account-taken`. */
  async add(name: string, role: Role, password: string): Promise<Account> {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(name)) throw accountNameInvalid(name);
    checkPassword(name, password);
    if (this.#account(name) !== null) throw accountTaken(name);
    const createdAt = this.#now().toISOString();
    const hash = await hashPassword(password, this.#cost);
    this.#database
      .prepare('INSERT INTO accounts (name, role, hash, created_at) VALUES (?, ?, ?, ?)')
      .run(name, role, hash, createdAt);
    return { name, role, createdAt };
  }

  /** Everybody who is signed in under the name is out at once. Rejects with `account-unknown`. */
  remove(name: string): void {
    this.#require(name);
    this.#database.prepare('DELETE FROM sessions WHERE name = ?').run(name);
    this.#database.prepare('DELETE FROM accounts WHERE name = ?').run(name);
  }

  /** Holds at once, also for who is signed in. Rejects with `account-unknown`. */
  changeRole(name: string, role: Role): void {
    this.#require(name);
    this.#database.prepare('UPDATE accounts SET role = ? WHERE name = ?').run(role, name);
  }

  /** Ends every session of the account. Rejects with `account-unknown` or `account-password-weak`. */
  async changePassword(name: string, password: string): Promise<void> {
    this.#require(name);
    checkPassword(name, password);
    const hash = await hashPassword(password, this.#cost);
    this.#database.prepare('UPDATE accounts SET hash = ? WHERE name = ?').run(hash, name);
    this.#database.prepare('DELETE FROM sessions WHERE name = ?').run(name);
  }

  /** The account of a name and its password, or null. An unknown name takes as long as a wrong password. */
  async verify(name: string, password: string): Promise<Account | null> {
    const row = this.#account(name);
    this.#nobody ??= hashPassword(randomBytes(16).toString('hex'), this.#cost);
    const fits = await fitsHash(password, row?.hash ?? (await this.#nobody));
    if (!fits || row === null) return null;
    if (isOutdated(row.hash, this.#cost)) {
      const hash = await hashPassword(password, this.#cost);
      this.#database
        .prepare('UPDATE accounts SET hash = ? WHERE name = ? AND hash = ?')
        .run(hash, name, row.hash);
    }
    return accountOf(row);
  }

  /** @returns the id of a new session: what the cookie holds. Those that are over are forgotten. */
  begin(name: string): string {
    const id = randomBytes(32).toString('base64url');
    const now = this.#now().getTime();
    this.#database
      .prepare('DELETE FROM sessions WHERE seen_ms < ? OR created_ms < ?')
      .run(now - IDLE_MS, now - LONGEST_MS);
    this.#database
      .prepare('INSERT INTO sessions (id_sha256, name, created_ms, seen_ms) VALUES (?, ?, ?, ?)')
      .run(hashOf(id), name, now, now);
    return id;
  }

  /** Whose session it is; null where it is over, was ended, or never was. */
  of(id: string): Account | null {
    const hash = hashOf(id);
    const now = this.#now().getTime();
    const row = this.#database
      .prepare(
        `SELECT a.name, a.role, a.created_at, s.created_ms, s.seen_ms FROM sessions s JOIN accounts a ON a.name = s.name
         WHERE s.id_sha256 = ? AND s.seen_ms >= ? AND s.created_ms >= ?`,
      )
      .get(hash, now - IDLE_MS, now - LONGEST_MS) as unknown as
      | (AccountRow & { seen_ms: number })
      | undefined;
    if (row === undefined) return null;
    if (now - row.seen_ms > SEEN_EVERY_MS) this.#see(hash, now);
    return accountOf(row);
  }

  /** A full disk, or a command that has the file just now, only makes a session end sooner. */
  #see(hash: string, now: number): void {
    try {
      this.#database.prepare('UPDATE sessions SET seen_ms = ? WHERE id_sha256 = ?').run(now, hash);
    } catch {
      // It is tried again at the next request.
    }
  }

  end(id: string): void {
    this.#database.prepare('DELETE FROM sessions WHERE id_sha256 = ?').run(hashOf(id));
  }

  /** What the person of an account has set. */
  settings(name: string): Settings {
    const row = this.#database.prepare('SELECT settings FROM accounts WHERE name = ?').get(name);
    return JSON.parse((row as { settings?: string } | undefined)?.settings ?? '{}') as Settings;
  }

  changeSettings(name: string, change: DeepReadonly<Settings>): Settings {
    const settings = { ...this.settings(name), ...(change as Settings) };
    this.#database
      .prepare('UPDATE accounts SET settings = ? WHERE name = ?')
      .run(JSON.stringify(settings), name);
    return settings;
  }

  close(): void {
    this.#database.close();
  }

  #account(name: string): (AccountRow & { readonly hash: string }) | null {
    const row = this.#database
      .prepare('SELECT name, role, created_at, hash FROM accounts WHERE name = ?')
      .get(name);
    return (row as unknown as (AccountRow & { readonly hash: string }) | undefined) ?? null;
  }

  #require(name: string): void {
    if (this.#account(name) === null) throw accountUnknown(name);
  }
}

interface AccountRow {
  readonly name: string;
  readonly role: string;
  readonly created_at: string;
}

/** A role that this version does not know may as little as possible. */
function accountOf({ name, role, created_at }: AccountRow): Account {
  return { name, role: ROLES.find((known) => known === role) ?? 'viewer', createdAt: created_at };
}

function pathIn(home: string): string {
  return join(home, 'accounts.sqlite');
}

function prepare(database: DatabaseSyncInstance): void {
  database.exec('PRAGMA foreign_keys = ON');
  database.exec('PRAGMA synchronous = FULL');
  database.exec('BEGIN IMMEDIATE');
  try {
    const { user_version: found } = database.prepare('PRAGMA user_version').get() as { user_version: number };
    if (found > VERSION) throw new Error(`it is of version ${found}, and this Calque knows ${VERSION}`);
    if (found === 0)
      for (const statement of [...TABLES, `PRAGMA user_version = ${VERSION}`]) database.exec(statement);
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** Length is what counts; what is in the name, or one sign again and again, is no secret. Source: NIST SP 800-63B, 3.1.1. */
function checkPassword(name: string, password: string): void {
  const plain = password.toLowerCase();
  const isLong = [...password].length >= LEAST_PASSWORD_LENGTH && password.length <= 256;
  if (!isLong || new Set(plain).size < 4 || plain.includes(name.toLowerCase())) throw accountPasswordWeak();
}

/** What is kept of a session's id, which has 256 random bits and so needs no slow hash. */
function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}
