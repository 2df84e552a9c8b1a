/** Checks captions for content and splits them into words. */

import { ConfigError } from '@t2i/core';

const WORD = /[\p{L}\p{M}]+|\p{N}+/gu;

/**
 * The words and numbers of a caption, lower-cased, in order; punctuation, symbols and emoji separate them.
 * Unicode-safe: any script, letters with their marks, compatibility forms folded (NFKC). `"5-petalled"` gives `5`, `petalled`.
 */
export function tokenizeWords(caption: string): string[] {
  return caption.normalize('NFKC').toLowerCase().match(WORD) ?? [];
}

/** @throws ConfigError naming the first caption that is empty or only white space */
export function assertNotBlank(captions: readonly string[]): void {
  const row = captions.findIndex((caption) => caption.trim() === '');
  if (row < 0) return;
  throw new ConfigError(`Caption ${row + 1} of ${captions.length} is empty.`, {
    hint: 'Give every caption at least one word.',
  });
}
