/** Which workspace packages a package may import. docs/architecture.md shows the same table, for people. */
export const packageTable: Readonly<Record<string, readonly string[]>> = {
  core: [],
  report: ['core'],
  models: ['core'],
  engine: ['core', 'models'],
  cli: ['core', 'models', 'engine', 'report'],
};
