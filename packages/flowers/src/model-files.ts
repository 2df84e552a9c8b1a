/**
 * The files of the included model. This module is directly in `src` and is built directly into `dist`, so that `../model` is the same
 * directory for both. Bundlers copy files that are written as `new URL('…', import.meta.url)`, so every URL is written in full.
 */

import type { ModelAddresses } from '@t2i/published-model';

/** URLs of the three files: `file:` in Node, next to the bundle in a browser. */
export const modelFiles: ModelAddresses = {
  manifest: new URL('../model/model.json', import.meta.url),
  generator: new URL('../model/generator.safetensors', import.meta.url),
  encoder: new URL('../model/encoder.safetensors', import.meta.url),
};
