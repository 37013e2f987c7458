// Named here, since the packages that read this source do not list its declarations.
/// <reference path="./npmcli-config.d.ts" />
import { dirname, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The options that npm would use here: registry, proxy, certificates and credentials from the environment, the
 * project, the user and the machine, read by npm's own code. Works without a project and without a home folder.
 */
export async function loadNpmOptions(env: Environment): Promise<Record<string, unknown>> {
  const { default: Config } = await import('@npmcli/config');
  const { default: npmDefinitions } = await import('@npmcli/config/lib/definitions/index.js');
  const config = new Config({
    npmPath: npmFolder(env),
    definitions: npmDefinitions.definitions,
    shorthands: npmDefinitions.shorthands,
    flatten: npmDefinitions.flatten,
    argv: [],
    // A copy, since loading writes into it.
    env: { ...env },
    cwd: process.cwd(),
    warn: false,
  });
  await config.load();
  return { ...config.flat };
}

/** Where npm lies: it holds the built-in configuration of some distributions. It may well not exist. */
function npmFolder(env: Environment): string {
  const running = env['npm_execpath'];
  if (running?.endsWith('npm-cli.js') === true) return dirname(dirname(running));
  const nodeFolder = dirname(process.execPath);
  return process.platform === 'win32'
    ? join(nodeFolder, 'node_modules', 'npm')
    : join(dirname(nodeFolder), 'lib', 'node_modules', 'npm');
}
