/** Which workspace packages a package may import. docs/architecture.md shows the same table, for people. */
export const packageTable: Readonly<Record<string, readonly string[]>> = {
  core: [],
  api: ['core'],
  report: ['core'],
  models: ['core'],
  engine: ['core', 'models'],
  server: ['core', 'api', 'models', 'engine', 'report'],
  web: ['core', 'api', 'models', 'engine'],
  cli: ['core', 'models', 'engine', 'report', 'server'],
};
