/** Finds the colour of each part of the flower in a caption, by a few rules of English word order. */

import { COLOUR_FAMILIES, isColour } from './words.ts';

/** The colours to distinguish; other colours count as the first of their family. */
export const SAID_COLOURS = [
  'red',
  'pink',
  'purple',
  'blue',
  'yellow',
  'orange',
  'white',
  'green',
  'brown',
  'black',
] as const;

const NOUNS = {
  petals: 'petal petals flower flowers blossom blossoms bloom blooms floret florets',
  centre: 'center centers centre centres middle core',
  edges: 'edge edges tip tips border borders outline outlines rim trim margin margins',
  stamens: 'stamen stamens pistil pistils anther anthers filament filaments stigma stigmas style pollen ovary',
  leaves: 'leaf leaves sepal sepals pedicel pedicels stem stems',
  marks: 'spot spots dot dots stripe stripes line lines vein veins streak streaks mark marks marking markings',
} as const;

/** The parts that have colours. */
export type FlowerPart = keyof typeof NOUNS;
export const FLOWER_PARTS = Object.keys(NOUNS) as FlowerPart[];

const PART_OF = new Map(FLOWER_PARTS.flatMap((part) => NOUNS[part].split(' ').map((noun) => [noun, part] as const)));

export const PART_NOUNS: readonly string[] = [...PART_OF.keys()];
export const isPartNoun = (word: string): boolean => PART_OF.has(word.toLowerCase());

const setOf = (words: string) => new Set(words.split(' '));
/** The noun of an adjective is not behind these. */
const ENDING = setOf(
  '. the a an its their this that these those which who whose is are was were has have with without in on at of by from to around surrounding surrounded near along while where',
);
/** Words that may stand between “are” and a colour. */
const DEGREES = setOf(
  'very mostly mainly all both bright light dark pale deep soft vibrant a mix mixture shade of and or not',
);
const COPULAS = setOf('is are was were being colored coloured');
const PLACING = setOf('in at on near along around toward towards');
const ARTICLES = setOf('the its their his each');
const DENIALS = setOf('no not without never');
/** The number of words before a colour in which a denial counts. */
const DENIED_WITHIN = 4;

/** A colour of a part. */
export interface SaidColour {
  readonly part: FlowerPart;
  readonly colour: (typeof SAID_COLOURS)[number];
}

/** Every colour that the caption states and does not deny, with its part. Without a named part it is the petals. */
export function saidColours(caption: string): SaidColour[] {
  const words =
    caption
      .toLowerCase()
      .match(/[\p{L}\p{M}]+|[,;:.!?]+/gu)
      ?.map((word) => (/\p{L}/u.test(word) ? word : '.')) ?? [];
  return words.flatMap((word, place) => {
    if (!isColour(word) || isDenied(words, place)) return [];
    return [{ part: partAt(words, place), colour: COLOUR_FAMILIES[word]![0] as SaidColour['colour'] }];
  });
}

function isDenied(words: readonly string[], place: number): boolean {
  const before = words.slice(Math.max(0, place - DENIED_WITHIN), place);
  return before.slice(before.lastIndexOf('.') + 1).some((word) => DENIALS.has(word));
}

function partAt(words: readonly string[], place: number): FlowerPart {
  const placed = partOfPlace(words, place);
  const [behind, before] = [placed ?? partBehind(words, place), partBefore(words, place)];
  return (isPredicate(words, place) ? (placed ?? before ?? behind) : (behind ?? before)) ?? 'petals';
}

/** “petals that are red”, not “there are red petals”. */
function isPredicate(words: readonly string[], place: number): boolean {
  let at = place - 1;
  while (at >= 0 && (DEGREES.has(words[at]!) || isColour(words[at]!))) at--;
  return at > 0 && COPULAS.has(words[at]!) && words[at - 1] !== 'there' && words[at - 1] !== 'this';
}

/** “red in the middle”. */
function partOfPlace(words: readonly string[], place: number): FlowerPart | undefined {
  let at = place + 1;
  while (at < words.length && (isColour(words[at]!) || words[at] === 'and' || words[at] === 'or')) at++;
  if (!PLACING.has(words[at] ?? '')) return undefined;
  if (ARTICLES.has(words[at + 1] ?? '')) at++;
  const noun = PART_OF.get(words[at + 1] ?? '');
  return noun === 'petals' ? undefined : noun;
}

/** “red and very long petals”. */
function partBehind(words: readonly string[], place: number): FlowerPart | undefined {
  for (let at = place + 1; at < words.length && !ENDING.has(words[at]!); at++) {
    const part = PART_OF.get(words[at]!);
    if (part === undefined) continue;
    const next = PART_OF.get(words[at + 1] ?? ''); // “a red flower center”
    return part === 'petals' && next !== undefined ? next : part;
  }
  return undefined;
}

/** “the petals of this flower are red”: the nearest noun to the left that belongs to no other. */
function partBefore(words: readonly string[], place: number): FlowerPart | undefined {
  for (let at = place - 1; at >= 0; at--) {
    const part = PART_OF.get(words[at]!);
    if (part !== undefined && !isOfFlower(words, at)) return part;
  }
  return undefined;
}

const isOfFlower = (words: readonly string[], at: number) =>
  words[at - 1] === 'of' ||
  (ARTICLES.has(words[at - 1] ?? '') || words[at - 1] === 'this' ? words[at - 2] === 'of' : false);
