import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** A program that a test of a real service starts, and the Debian package that has it. */
export interface Service {
  readonly program: string;
  readonly package: string;
}

/** Debian keeps daemons where the PATH of people does not lead. */
const FOLDERS = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

export function programPath(program: string): string | null {
  return FOLDERS.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}

/**
 * Installs what is missing where that is allowed without asking: in continuous integration, as root, on Debian.
 *
 * @returns why the tests of these services cannot run, or null.
 */
export function installServices(services: readonly Service[]): string | null {
  const missing = services.filter(({ program }) => programPath(program) === null);
  if (missing.length === 0) return null;
  const packages = [...new Set(missing.map((service) => service.package))].join(' ');
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || programPath('apt-get') === null) {
    return `${missing.map(({ program }) => program).join(', ')} missing; on Debian: apt-get install ${packages}`;
  }
  process.stderr.write(`Installing ${packages} for the tests of real services\n`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  execFileSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'], env });
  execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages.split(' ')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env,
  });
  const still = services.filter(({ program }) => programPath(program) === null);
  return still.length === 0
    ? null
    : `${still.map(({ program }) => program).join(', ')} missing after the install`;
}
