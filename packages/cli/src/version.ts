import manifest from '../package.json' with { type: 'json' };

/** What records and `calque --version` state. */
export const SOFTWARE = { name: 'calque', version: manifest.version } as const;
