/** The known words of an encoder. Typing errors of known words are read as these. */

import { ConfigError } from '@t2i/core';
import { tokenizeWords } from '../captions.ts';

/** Maximum number of words read from a caption; the rest is cut off. Captions of Oxford-102 have at most 70. */
export const MAX_WORDS = 128;
/** Stands for every mark between clauses, because the marks determine which adjective belongs to which noun. */
export const PAUSE = ',';

const CLAUSES = /[,;:.!?]+/u;
/** Shorter words have too many neighbours. */
const SHORTEST_TO_CORRECT = 3;
const LONG = 8; // from this length on two errors are allowed

/** The reading of one caption. */
export interface Reading {
  /** Indices in the vocabulary, in order. */
  readonly ids: readonly number[];
  /** Words that are ignored. */
  readonly unknown: readonly string[];
  /** Words that were read as others. */
  readonly corrected: readonly { readonly typed: string; readonly as: string }[];
  /** Words behind the last one read. */
  readonly cut: readonly string[];
}

/** Reads each caption independently of earlier ones. */
export class Vocabulary {
  /** The most frequent first. */
  readonly words: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #corrections = new Map<string, number | undefined>();

  /** @param words the most frequent first: it wins if a typing error fits several */
  constructor(words: readonly string[]) {
    this.words = words;
    this.#places = new Map(words.map((word, place) => [word, place]));
    if (this.#places.size !== words.length) throw new ConfigError('The vocabulary has a word twice.');
  }

  /** The words that at least `minCount` of the captions contain, and the pause between clauses. */
  static of(captions: Iterable<string>, minCount: number): Vocabulary {
    const counts = new Map<string, number>();
    for (const caption of captions) {
      for (const word of new Set(wordsAndPauses(caption))) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    const frequent = [...counts].filter(([word, count]) => count >= minCount || word === PAUSE);
    frequent.sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
    return new Vocabulary(frequent.map(([word]) => word));
  }

  read(caption: string): Reading {
    const all = wordsAndPauses(caption);
    const ids: number[] = [];
    const unknown: string[] = [];
    const corrected: { typed: string; as: string }[] = [];
    for (const word of all.slice(0, MAX_WORDS)) {
      const place = this.#places.get(word) ?? this.#correct(word);
      if (place === undefined) {
        if (word !== PAUSE) unknown.push(word);
        continue;
      }
      ids.push(place);
      if (this.words[place] !== word) corrected.push({ typed: word, as: this.words[place]! });
    }
    return { ids, unknown, corrected, cut: all.slice(MAX_WORDS).filter((word) => word !== PAUSE) };
  }

  /** The index of the most frequent word within one typing error, or two of a long word, that begins with the same letter. */
  #correct(word: string): number | undefined {
    if (!this.#corrections.has(word)) this.#corrections.set(word, this.#nearest(word));
    return this.#corrections.get(word);
  }

  #nearest(word: string): number | undefined {
    if (word.length < SHORTEST_TO_CORRECT || /\p{N}/u.test(word)) return undefined;
    const allowed = word.length < LONG ? 1 : 2;
    let [best, least]: [number | undefined, number] = [undefined, allowed + 1];
    this.words.forEach((known, place) => {
      if (known[0] !== word[0] || Math.abs(known.length - word.length) > allowed) return;
      if (known.length < SHORTEST_TO_CORRECT) return;
      const distance = typingErrors(word, known);
      if (distance < least) [best, least] = [place, distance];
    });
    return best;
  }
}

/** The words in order, with a pause wherever clauses meet. */
function wordsAndPauses(caption: string): string[] {
  const clauses = caption.split(CLAUSES).map(tokenizeWords);
  return clauses.filter((words) => words.length > 0).flatMap((words, i) => (i === 0 ? words : [PAUSE, ...words]));
}

/** Letters missing, too many, wrong, or exchanged with their neighbour: the optimal string alignment distance. */
export function typingErrors(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const wrong = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min(rows[i - 1]![j]! + 1, row[j - 1]! + 1, rows[i - 1]![j - 1]! + wrong);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        least = Math.min(least, rows[i - 2]![j - 2]! + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}
