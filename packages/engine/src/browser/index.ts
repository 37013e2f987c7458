export type { LoadedDecoder } from './decoder-calls.ts';
export {
  type BrowserDecode,
  type BrowserDecoder,
  type BrowserModel,
  openBrowserDecoder,
} from './open-browser-decoder.ts';
