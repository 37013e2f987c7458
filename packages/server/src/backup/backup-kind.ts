import type { ArchiveKind } from '../archive/archive-kind.ts';
import { backupInvalid } from '../errors.ts';

/** What Calque keeps of a dataset as one zip: the database and what lies beside it. */
export const BACKUP: ArchiveKind = {
  manifestName: 'calque-backup.json',
  version: 1,
  tops: ['state'],
  invalid: backupInvalid,
};
