/**
 * Where the model is that comes with this package. This file stands directly in `src`, because what is built of it stands
 * directly in `dist`: from both, `../model` is the same directory. Bundlers copy what they find written as
 * `new URL('…', import.meta.url)`, so every file is named in full.
 */

import type { ModelAddresses } from '@t2i/published-model';

/** The three files: `file:` addresses in Node, addresses beside the bundle in a browser. */
export const modelFiles: ModelAddresses = {
  manifest: new URL('../model/model.json', import.meta.url),
  generator: new URL('../model/generator.safetensors', import.meta.url),
  encoder: new URL('../model/encoder.safetensors', import.meta.url),
};
