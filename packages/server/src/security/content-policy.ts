import { createHash } from 'node:crypto';
import { REPORT_STYLE_SOURCE } from '@calque/report';

/** What pages of this server may do. No inline script or style: what somebody manages to write into a page stays text. */
export const PAGE_DIRECTIVES = {
  'default-src': ["'self'"],
  // The runtime in the browser compiles WebAssembly, and starts its threads from a blob.
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  'worker-src': ["'self'", 'blob:'],
  'style-src': ["'self'"],
  'img-src': ["'self'", 'data:', 'blob:'],
  'font-src': ["'self'", 'data:'],
  'connect-src': ["'self'", 'blob:', 'data:'],
  'object-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'self'"],
  'frame-ancestors': ["'none'"],
};

/** The one style element that Swagger UI makes by itself. */
const DOCS_STYLE_SOURCE = "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='";

/** For the documentation of the interface. */
export const DOCS_POLICY = Object.entries({
  ...PAGE_DIRECTIVES,
  'style-src': ["'self'", DOCS_STYLE_SOURCE],
})
  .map(([name, sources]) => `${name} ${sources.join(' ')}`)
  .join(';');

/** For files of other people: whatever a browser takes them for, they run nothing, fetch nothing and have no origin. */
export const FOREIGN_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox";

/** For a report, which holds its pictures, and saves records that it holds. */
export const REPORT_POLICY = `default-src 'none'; img-src data:; style-src ${REPORT_STYLE_SOURCE}; frame-ancestors 'none'; sandbox allow-downloads`;

/** For a page that is one answer, with this style in it. */
export function singlePagePolicy(css: string): string {
  const hash = createHash('sha256').update(css).digest('base64');
  return `default-src 'none'; img-src 'self'; style-src 'sha256-${hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;
}
