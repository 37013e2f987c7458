import { restoreBackup } from '../backup/restore-backup.ts';

/** A restore to be killed: of the backup of its first argument into the folder of its second. Says when it begins. */
const [archive = '', folder = ''] = process.argv.slice(2);
process.stdout.write('begins\n');
await restoreBackup(archive, folder, { signal: new AbortController().signal });
