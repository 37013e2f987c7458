declare module '@npmcli/config' {
  interface ConfigOptions {
    readonly npmPath: string;
    readonly definitions: unknown;
    readonly shorthands: unknown;
    readonly flatten: unknown;
    readonly argv: readonly string[];
    readonly env: Record<string, string | undefined>;
    readonly cwd: string;
    readonly warn: boolean;
  }
  class Config {
    constructor(options: ConfigOptions);
    load(): Promise<void>;
    /** What npm's own libraries take as options. */
    readonly flat: Record<string, unknown>;
  }
  // biome-ignore lint/style/noDefaultExport: it describes a CommonJS module
  export default Config;
}

declare module '@npmcli/config/lib/definitions/index.js' {
  const npmDefinitions: {
    readonly definitions: unknown;
    readonly shorthands: unknown;
    readonly flatten: unknown;
  };
  // biome-ignore lint/style/noDefaultExport: it describes a CommonJS module, of which Node finds no names
  export default npmDefinitions;
}
