// Loaded into a server by a test of its faults: its clock jumps at each SIGUSR2, ten years ahead, a day behind, and so on.
const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000;
const DAY_MS = 24 * 3600 * 1000;
const OFFSETS = [0, TEN_YEARS_MS, -DAY_MS];

const RealDate = Date;
let jumps = 0;
process.on('SIGUSR2', () => {
  jumps++;
});

const nowMs = () => RealDate.now() + (OFFSETS[jumps % OFFSETS.length] ?? 0);

globalThis.Date = new Proxy(RealDate, {
  construct: (Target, values, newTarget) =>
    Reflect.construct(Target, values.length === 0 ? [nowMs()] : values, newTarget),
  apply: () => new RealDate(nowMs()).toString(),
  get: (Target, name) => (name === 'now' ? nowMs : Reflect.get(Target, name)),
});
