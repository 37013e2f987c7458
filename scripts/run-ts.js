// Runs a TypeScript file of this repository: node scripts/run-ts.js FILE.ts [arguments]
import { bundleTypeScript } from './bundle-typescript.js';

const [file, ...rest] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write('Usage: node scripts/run-ts.js FILE.ts [arguments]\n');
  process.exit(2);
}

process.argv.splice(1, process.argv.length, file, ...rest);
await import(await bundleTypeScript(file));
