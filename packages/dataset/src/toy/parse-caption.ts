/** Reads the attributes back from a caption of a toy flower. */

import type { ToyFlowerAttributes } from './attributes.ts';
import { BACKGROUNDS, CENTRE_COLOURS, FLOWER_SIZES, PETAL_COLOURS, PETAL_COUNTS, PETAL_SHAPES } from './attributes.ts';
import {
  BACKGROUND_WORDS,
  CENTRE_NOUNS,
  COLOUR_WORDS,
  COUNT_WORDS,
  FLOWER_NOUNS,
  SHAPE_WORDS,
  SIZE_WORDS,
} from './caption-words.ts';

type Part = 'petals' | 'flower' | 'centre' | 'elsewhere';

const NOUNS: ReadonlyMap<string, Part> = new Map([
  ...pairs(['petal', 'petals', 'petalled', 'petaled', 'tip', 'tips'], 'petals'),
  ...pairs([...FLOWER_NOUNS, 'flowers'], 'flower'),
  ...pairs([...CENTRE_NOUNS, 'disc', 'disk', 'eye', 'core', 'stamen', 'stamens'], 'centre'),
  ...pairs(['leaves', 'foliage', 'background', 'backdrop', 'sky', 'sand', 'ground', 'stem', 'grass'], 'elsewhere'),
]);

const DETERMINERS = new Set(['a', 'an', 'the', 'this', 'its']);
const VALUE_WORDS = [COLOUR_WORDS, COUNT_WORDS, SHAPE_WORDS, SIZE_WORDS].flatMap((lists) =>
  Object.values(lists).flat(),
);
/** Words that may stand between an adjective and its noun. */
const ADJECTIVES = new Set([
  ...VALUE_WORDS,
  'and',
  'dark',
  'black',
  'pale',
  'light',
  'bright',
  'deep',
  'pretty',
  'sandy',
]);

function pairs(words: readonly string[], part: Part): [string, Part][] {
  return words.map((word) => [word, part]);
}

/**
 * The attributes in a caption. An attribute that it does not mention is absent. If two words contradict each other, the first counts.
 * It is made for the captions of toy flowers and similar plain English: an adjective belongs to the noun that follows it (“pink petals”)
 * or that it describes (“its centre is yellow”). It does not understand negation.
 */
export function parseToyCaption(caption: string): Partial<ToyFlowerAttributes> {
  const words: readonly string[] = caption.toLowerCase().match(/[a-z]+|\d+|,/g) ?? [];
  const find = <V extends string | number>(
    values: readonly V[],
    table: Readonly<Record<V, readonly string[]>>,
    parts: readonly Part[],
  ): V | undefined => {
    for (const part of parts) {
      for (let i = 0; i < words.length; i++) {
        const value = values.find((candidate) => table[candidate].includes(words[i]!));
        if (value !== undefined && describedPart(words, i) === part) return value;
      }
    }
    return undefined;
  };
  const said = {
    petalColour: find(PETAL_COLOURS, COLOUR_WORDS, ['petals', 'flower']),
    centreColour: find(CENTRE_COLOURS, COLOUR_WORDS, ['centre']),
    petalShape: find(PETAL_SHAPES, SHAPE_WORDS, ['petals', 'flower']),
    petalCount: find(PETAL_COUNTS, COUNT_WORDS, ['petals']),
    background: BACKGROUNDS.find((value) => BACKGROUND_WORDS[value].some((word) => words.includes(word))),
    size: find(FLOWER_SIZES, SIZE_WORDS, ['flower']),
  };
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
}

/** The part of the flower that the adjective at `i` describes. */
function describedPart(words: readonly string[], i: number): Part | undefined {
  let next = i + 1;
  while (ADJECTIVES.has(words[next] ?? '')) next++;
  return NOUNS.get(words[next] ?? '') ?? nounBefore(words, i) ?? nounAfter(words, i);
}

/** The last noun before `i`; for “the petals of this flower” it is the petals. */
function nounBefore(words: readonly string[], i: number): Part | undefined {
  let at = i - 1;
  while (at >= 0 && !NOUNS.has(words[at]!)) at--;
  if (at < 0) return undefined;
  let before = at - 1;
  while (DETERMINERS.has(words[before] ?? '') || ADJECTIVES.has(words[before] ?? '')) before--;
  const owner = words[before] === 'of' ? nounBefore(words, before) : undefined;
  return owner ?? NOUNS.get(words[at]!);
}

function nounAfter(words: readonly string[], i: number): Part | undefined {
  const noun = words.slice(i).find((word) => NOUNS.has(word));
  return noun === undefined ? undefined : NOUNS.get(noun);
}
