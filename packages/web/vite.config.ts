/** Builds the page into `dist/`: relative addresses only, so that it works under any path. */

import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  base: './',
  // The sources of this repository's packages, as everywhere else: the page needs no other build before its own.
  resolve: { conditions: ['@t2i/source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es' },
  build: { target: 'es2022', cssTarget: ['chrome123', 'safari17.5', 'firefox120'], modulePreload: { polyfill: false } },
  // `vite` for working on the page, beside a `t2i serve` of some run
  server: { proxy: { '/v1': 'http://127.0.0.1:8888', '/text': 'http://127.0.0.1:8888' } },
});
