import { type Command, Option } from 'commander';
import type { CliContext } from '../context.ts';

export interface UsersFlags {
  /** Folder of the accounts; absent: Calque's own. */
  readonly home?: string;
  readonly json?: boolean;
}

export interface AddFlags extends UsersFlags {
  readonly role: 'viewer' | 'annotator' | 'admin';
}

const ROLES = ['viewer', 'annotator', 'admin'] as const;

const EXAMPLES = `
Examples:
  $ calque users add marie --role annotator
  $ calque users add paul --role viewer < password.txt
  $ calque users list
  $ calque users password marie
  $ calque users role marie admin
  $ calque users remove paul

A viewer looks at everything and changes nothing, an annotator works on images, an admin also pulls models, takes whole datasets away
and looks into the server. The password is asked for, or read as the first line of standard input. With the first account, the address
that \`calque serve\` prints no longer lets anybody in: start servers that run anew.
`;

/** `calque users …`: who may come in. */
export function registerUsers(program: Command, context: CliContext): void {
  const users = program
    .command('users')
    .summary('accounts of the people who may come in')
    .description('Add, list, change and remove accounts. Without any, the access token lets in.')
    .addHelpText('after', EXAMPLES);
  const home = ['--home <folder>', 'folder of the accounts, instead of CALQUE_HOME'] as const;
  const add = users
    .command('add')
    .description('add an account; its password is asked for')
    .argument('<name>', 'letters, digits, dots, dashes, underscores')
    .addOption(new Option('--role <role>', 'what it may do').choices(ROLES).default('annotator'))
    .option(...home);
  add.action(async (name: string) => {
    const { addUser } = await import('../users/run-users.ts');
    await addUser(context, name, add.optsWithGlobals<AddFlags>());
  });
  const list = users
    .command('list')
    .description('list the accounts')
    .option('--json', 'print JSON')
    .option(...home);
  list.action(async () => {
    const { listUsers } = await import('../users/run-users.ts');
    await listUsers(context, list.optsWithGlobals<UsersFlags>());
  });
  const password = users
    .command('password')
    .description('give an account a new password; it is signed out everywhere')
    .argument('<name>', 'name of the account')
    .option(...home);
  password.action(async (name: string) => {
    const { changePassword } = await import('../users/run-users.ts');
    await changePassword(context, name, password.optsWithGlobals<UsersFlags>());
  });
  registerRoleAndRemove(users, context, home);
}

function registerRoleAndRemove(users: Command, context: CliContext, home: readonly [string, string]): void {
  const role = users
    .command('role')
    .description('give an account another role; it holds at once')
    .argument('<name>', 'name of the account')
    .argument('<role>', 'viewer, annotator or admin')
    .option(...home);
  role.action(async (name: string, wanted: string) => {
    const { changeRole } = await import('../users/run-users.ts');
    await changeRole(context, name, wanted, role.optsWithGlobals<UsersFlags>());
  });
  const remove = users
    .command('remove')
    .description('remove an account; it is signed out everywhere')
    .argument('<name>', 'name of the account')
    .option(...home);
  remove.action(async (name: string) => {
    const { removeUser } = await import('../users/run-users.ts');
    await removeUser(context, name, remove.optsWithGlobals<UsersFlags>());
  });
}
