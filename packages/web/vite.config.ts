/** Builds the page into `dist/`: relative addresses only, so that it works under any path. */

import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

/** Nothing comes from elsewhere. The backends in the browser are WebAssembly, and may run in workers made of blobs. */
const POLICY = [
  "default-src 'self'",
  "img-src 'self' data: blob:",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self' blob: data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
];

/** In what is built only: while the page is worked on, Vite puts styles and scripts of its own into it. */
const contentSecurityPolicy: Plugin = {
  name: 'content-security-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY.join('; ') },
      injectTo: 'head-prepend',
    },
  ],
};

/** The page draws with the encoder that its model was exported with: megabytes of weights that nobody asks for stay out. */
const withoutPretrainedEncoders: Plugin = {
  name: 'without-pretrained-encoders',
  enforce: 'pre',
  load: (id) =>
    /\/text-encoder\/src\/pretrained-files\.ts$/.test(id) ? 'export const PRETRAINED_FILES = {};' : undefined,
};

export default defineConfig({
  base: './',
  plugins: [contentSecurityPolicy, withoutPretrainedEncoders],
  // The sources of this repository's packages, as everywhere else: the page needs no other build before its own.
  resolve: { conditions: ['@t2i/source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es', plugins: () => [withoutPretrainedEncoders] },
  build: { target: 'es2022', cssTarget: ['chrome123', 'safari17.5', 'firefox120'], modulePreload: { polyfill: false } },
  // `vite` for working on the page, beside a `t2i serve` of some run
  server: { proxy: { '/v1': 'http://127.0.0.1:8888', '/text': 'http://127.0.0.1:8888' } },
});
