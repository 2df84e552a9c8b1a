/**
 * The location of the trained weights in this package. This file is directly in `src` and is built directly into `dist`,
 * so that `../weights` is the same directory for both. Bundlers copy files that are written as
 * `new URL('…', import.meta.url)`, so every URL is written in full.
 */

/** The two files of a saved encoder. */
export interface EncoderFiles {
  readonly manifest: URL;
  readonly weights: URL;
}

/** By training data set; the plain name is the paper's char-CNN-RNN. */
export const PRETRAINED_FILES = {
  'oxford-102-words': {
    manifest: new URL('../weights/oxford-102-words/encoder.json', import.meta.url),
    weights: new URL('../weights/oxford-102-words/encoder.safetensors', import.meta.url),
  },
  'oxford-102': {
    manifest: new URL('../weights/oxford-102/encoder.json', import.meta.url),
    weights: new URL('../weights/oxford-102/encoder.safetensors', import.meta.url),
  },
} satisfies Readonly<Record<string, EncoderFiles>>;
