import { ServerHarness } from './server-harness.ts';

/** A server to be killed: serves the folder of its argument, and prints its address and the address of its image. */
const harness = await ServerHarness.create({ folder: process.argv[2] ?? '', files: { 'a.jpg': [64, 48] } });
const address = await harness.app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${address}${harness.path(await harness.image('a.jpg'))}\n`);
