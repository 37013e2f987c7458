import path from 'node:path';
import { calqueHome } from '@calque/models/node';
import { type Account, Accounts, isRole } from '@calque/server';
import type { AddFlags, UsersFlags } from '../commands/users.ts';
import type { CliContext } from '../context.ts';
import { usageInvalid } from '../errors.ts';
import { fitColumns, tableRow } from '../output/text-table.ts';
import { readPassword } from './read-password.ts';

export async function addUser(context: CliContext, name: string, flags: AddFlags): Promise<void> {
  await withAccounts(context, flags, async (accounts) => {
    const isFirst = accounts.list().length === 0;
    await accounts.add(name, flags.role, await readPassword(context, name));
    context.stdout.write(`${name} added as ${flags.role}\n`);
    if (isFirst) {
      context.stderr.write(
        'calque: from now on people sign in; start servers that run anew. The access token is for programs alone.\n',
      );
    }
  });
}

export async function listUsers(context: CliContext, flags: UsersFlags): Promise<void> {
  const home = homeOf(context, flags);
  const list = Accounts.exist(home)
    ? await withAccounts(context, flags, async (accounts) => accounts.list())
    : [];
  if (flags.json === true) {
    context.stdout.write(`${JSON.stringify(list, null, 2)}\n`);
    return;
  }
  context.stdout.write(list.length === 0 ? 'no accounts: the access token lets in\n' : listText(list));
}

/** Name, role, and the day on which it was added. */
function listText(list: readonly Account[]): string {
  const rows = list.map(({ name, role, createdAt }) => [name, role, createdAt.slice(0, 10)]);
  const columns = fitColumns(
    Array.from({ length: 3 }, () => ({ title: '', align: 'left' as const })),
    rows,
    40,
  );
  return rows.map((row) => tableRow(columns, row)).join('');
}

export async function changePassword(context: CliContext, name: string, flags: UsersFlags): Promise<void> {
  await withAccounts(context, flags, async (accounts) => {
    await accounts.changePassword(name, await readPassword(context, name));
    context.stdout.write(`${name} has a new password, and is signed out everywhere\n`);
  });
}

export async function changeRole(
  context: CliContext,
  name: string,
  role: string,
  flags: UsersFlags,
): Promise<void> {
  if (!isRole(role)) throw usageInvalid(`there is no role ${role}`, 'viewer, annotator or admin');
  await withAccounts(context, flags, async (accounts) => {
    accounts.changeRole(name, role);
    context.stdout.write(`${name} is ${role}\n`);
  });
}

export async function removeUser(context: CliContext, name: string, flags: UsersFlags): Promise<void> {
  await withAccounts(context, flags, async (accounts) => {
    accounts.remove(name);
    context.stdout.write(`${name} removed, and signed out everywhere\n`);
  });
}

function homeOf({ cwd, env }: CliContext, { home }: UsersFlags): string {
  return home === undefined ? calqueHome(env) : path.resolve(cwd, home);
}

async function withAccounts<T>(
  context: CliContext,
  flags: UsersFlags,
  work: (accounts: Accounts) => Promise<T>,
): Promise<T> {
  const accounts = await Accounts.open(homeOf(context, flags));
  try {
    return await work(accounts);
  } finally {
    accounts.close();
  }
}
