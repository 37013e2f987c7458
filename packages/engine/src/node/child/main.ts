import { serveCalls } from './serve-calls.ts';

/** Entry of the child processes; the first argument is the role. Each role loads only the library that it needs. */
switch (process.argv[2]) {
  case 'reader':
    serveCalls<'reader'>((await import('./reader.ts')).createReader());
    break;
  case 'encoder':
    serveCalls<'encoder'>((await import('./encoder.ts')).createEncoder());
    break;
  case 'decoder':
    serveCalls<'decoder'>((await import('./decoder.ts')).createDecoder());
    break;
  default:
    throw new Error(`unknown role ${process.argv[2]}`);
}
