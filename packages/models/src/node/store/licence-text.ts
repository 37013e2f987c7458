import type { ModelManifest } from '../../manifest/manifest.ts';

/** `LICENCE.txt`: what a person who finds the folder must know. */
export function licenceText(
  { id, description, licence }: ModelManifest,
  installedFrom: readonly string[],
): string {
  return [
    `${id} - ${description}`,
    '',
    `Licence: ${licence.spdx} (https://spdx.org/licenses/${licence.spdx}.html)`,
    `Origin: ${licence.origin}`,
    ...(licence.note === undefined ? [] : [`Note: ${licence.note}`]),
    ...installedFrom.map((source) => `Installed from: ${source}`),
    '',
  ].join('\n');
}
