import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

/** The page's own origin must be isolated for WASM threads, in development as in the server. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const server = process.env['CALQUE_SERVER'];

export default defineConfig({
  root: import.meta.dirname,
  // The server writes the page's own addresses below the path at which people reach it; all others are relative.
  base: './',
  plugins: [react()],
  resolve: {
    // The runtime's own files are served beside the worker, not packed into it.
    conditions: ['calque-source', 'onnxruntime-web-use-extern-wasm', ...defaultClientConditions],
  },
  // Found late, it would make a page reload that is already being used.
  optimizeDeps: { include: ['uplot'] },
  worker: { format: 'es' },
  server: {
    headers: isolation,
    host: '127.0.0.1',
    ...(server === undefined ? {} : { proxy: { '/api': server } }),
  },
  define: { 'import.meta.env.CALQUE_FAKE': JSON.stringify(server === undefined) },
  build: {
    target: 'es2023',
    sourcemap: true,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules\/(react|react-dom|scheduler)\// },
            {
              name: 'interface',
              test: /node_modules\/(@mantine|@floating-ui|@tabler|@tanstack|i18next|react-i18next|zustand)\//,
            },
            // Not its styles: a panel that names them would load the library with itself, and fall where that one does.
            { name: 'plots', test: /node_modules\/uplot\/.*\.js$/ },
          ],
        },
      },
    },
  },
});
