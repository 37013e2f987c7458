import { createModelStore } from '../model-store.ts';
import { tinyModel } from './tiny-model.ts';

/** A process that pulls the tiny model and prints what happens, a line an event. Arguments: home, source as JSON. */
const [home = '', source = '[]'] = process.argv.slice(2);
const store = createModelStore(
  { home, manifests: [tinyModel(JSON.parse(source))], env: { ...process.env, HOME: home } },
  { lockTimes: { staleMs: 2000, pollMs: 50 } },
);
await store.pull('tiny-sam', { onProgress: (event) => process.stdout.write(`${JSON.stringify(event)}\n`) });
