import type { ArchiveKind } from '../archive/archive-kind.ts';
import { bundleInvalid } from '../errors.ts';

/** A dataset as one zip: the images below `images/`, the state below `state/`. */
export const BUNDLE: ArchiveKind = {
  manifestName: 'calque-bundle.json',
  version: 1,
  tops: ['images', 'state'],
  invalid: bundleInvalid,
};
