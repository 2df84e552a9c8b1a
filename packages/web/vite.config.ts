/** Builds the page into `dist/`, with relative URLs only, so that it works under any path. */

import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

/** No external resources. The browser backends are WebAssembly and may run in workers from blobs. */
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

/** Only in builds: the Vite dev server injects its own styles and scripts. */
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

/** The page uses the encoder of its model, so the pretrained weights (megabytes) are left out. */
const withoutPretrainedEncoders: Plugin = {
  name: 'without-pretrained-encoders',
  enforce: 'pre',
  load: (id) =>
    /\/text-encoder\/src\/pretrained-files\.ts$/.test(id) ? 'export const PRETRAINED_FILES = {};' : undefined,
};

export default defineConfig({
  base: './',
  plugins: [contentSecurityPolicy, withoutPretrainedEncoders],
  // Uses the sources of the workspace packages, so that no other build is needed first.
  resolve: { conditions: ['@t2i/source', ...defaultClientConditions] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  worker: { format: 'es', plugins: () => [withoutPretrainedEncoders] },
  build: { target: 'es2022', cssTarget: ['chrome123', 'safari17.5', 'firefox120'], modulePreload: { polyfill: false } },
  // for development with `vite` next to a running `t2i serve`
  server: { proxy: { '/v1': 'http://127.0.0.1:8888', '/text': 'http://127.0.0.1:8888' } },
});
