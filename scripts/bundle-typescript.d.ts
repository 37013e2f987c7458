export function bundleTypeScript(file: string): Promise<string>;
