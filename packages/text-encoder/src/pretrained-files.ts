/**
 * Where the trained weights are that come with this package. This file stands directly in `src`, because what is built of it
 * stands directly in `dist`: from both, `../weights` is the same directory. Bundlers copy what they find written as
 * `new URL('…', import.meta.url)`, so every file is named in full.
 */

/** The two files of a saved encoder. */
export interface EncoderFiles {
  readonly manifest: URL;
  readonly weights: URL;
}

/** By the data set that they were trained on: the char-CNN-RNN of the paper has its name alone. */
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
