/** Edits a caption so that it describes another flower: the hard negatives of a joint embedding, and mismatching texts for D. */

import type { Rng } from '@t2i/core';
import { isPartNoun, PART_NOUNS } from './said-colours.ts';
import { COLOUR_FAMILIES, COUNT_WORDS, inWords, isColour, MANY_WORDS, PLAIN_COLOURS } from './words.ts';

/** Two colours with only these between them belong to one part: exchanged, the caption keeps its meaning. */
const JOINING = new Set(
  'and or to a an the of in also some bit little very light dark bright pale deep soft like mixed'.split(' '),
);

/** Returns the edited words, or nothing if the edit does not apply. Words are at even indices. */
type Edit = (words: readonly string[], rng: Rng) => string[] | undefined;

const EDITS: readonly Edit[] = [exchangeColours, replaceColour, deny, changeCount];

/**
 * The caption with one change: two colours exchanged, a colour replaced, a denial added or removed, or another count.
 * @returns undefined if none of these applies
 */
export function editCaption(caption: string, rng: Rng): string | undefined {
  const words = inWords(caption);
  for (const edit of rng.shuffle([...EDITS])) {
    const edited = edit(words, rng);
    if (edited !== undefined) return edited.join('');
  }
  return undefined;
}

/** Words that people leave out but captions of a data set contain. */
const LEFT_OUT = new Set('the a an its their this that which whose'.split(' '));
/** The probabilities of a reworded caption: to replace a noun, to leave out a small word, to turn a comma into “and”. */
const REWORDED = { noun: 0.5, leftOut: 0.5, comma: 0.3 } as const;

/**
 * The caption with every colour drawn anew, and half of the nouns that have colours; some small words are left out, and clauses are joined differently. A colour is
 * then no hint of its part, and every part occurs in every position. The caption no longer describes the photo.
 */
export function rewordCaption(caption: string, rng: Rng): string {
  const happens = (chance: number) => rng.uniform() < chance;
  const reword = (word: string) => {
    if (isColour(word)) return rng.pick(PLAIN_COLOURS);
    if (isPartNoun(word) && happens(REWORDED.noun)) return rng.pick(PART_NOUNS);
    return LEFT_OUT.has(word.toLowerCase()) && happens(REWORDED.leftOut) ? '' : word;
  };
  const between = (gap: string) => (/,/.test(gap) && happens(REWORDED.comma) ? ' and ' : gap);
  const parts = inWords(caption).map((part, place) => (place % 2 === 0 ? reword(part) : between(part)));
  return parts.join('').replace(/ {2,}/g, ' ').trim() || caption;
}

function exchangeColours(words: readonly string[], rng: Rng): string[] | undefined {
  const places = placesOf(words, isColour);
  const pairs = places.flatMap((a, i) => places.slice(i + 1).map((b) => [a, b] as const));
  const different = pairs.filter(([a, b]) => !alike(words[a]!, words[b]!) && !joined(words, a, b));
  if (different.length === 0) return undefined;
  const [a, b] = rng.pick(different);
  return changed(words, [a, words[b]!], [b, words[a]!]);
}

function replaceColour(words: readonly string[], rng: Rng): string[] | undefined {
  const places = placesOf(words, isColour);
  if (places.length === 0) return undefined;
  const present = new Set(places.flatMap((place) => familiesOf(words[place]!)));
  const others = PLAIN_COLOURS.filter((colour) => !present.has(colour));
  return others.length === 0 ? undefined : changed(words, [rng.pick(places), rng.pick(others)]);
}

/** “has a red center” → “has no red center”, “with” ↔ “without”, “are red” → “are not red”; “no” and “not” are taken out. */
function deny(words: readonly string[], rng: Rng): string[] | undefined {
  const denied = placesOf(words, (word) => /^(?:no|not|without)$/i.test(word));
  if (denied.length > 0) {
    const place = rng.pick(denied);
    return words[place]!.toLowerCase() === 'without' ? changed(words, [place, 'with']) : without(words, place);
  }
  const places = placesOf(words, (word) => /^(?:has|have|with|is|are)$/i.test(word)).filter(
    (at) => at + 2 < words.length,
  );
  if (places.length === 0) return undefined;
  const place = rng.pick(places);
  const verb = words[place]!;
  if (verb.toLowerCase() === 'with') return changed(words, [place, 'without']);
  if (/^(?:is|are)$/i.test(verb)) return changed(words, [place, `${verb} not`]);
  const noArticle =
    /^an?$/i.test(words[place + 2]!) && place + 4 < words.length ? without(words, place + 2) : [...words];
  return changed(noArticle, [place, `${verb} no`]);
}

function changeCount(words: readonly string[], rng: Rng): string[] | undefined {
  const isCount = (word: string) =>
    COUNT_WORDS.some((count) => count === word.toLowerCase()) || MANY_WORDS.has(word.toLowerCase());
  const places = placesOf(words, isCount);
  if (places.length === 0) return undefined;
  const place = rng.pick(places);
  const said = words[place]!.toLowerCase();
  const others = COUNT_WORDS.filter((count) => count !== said && !(MANY_WORDS.has(said) && MANY_WORDS.has(count)));
  return changed(words, [place, rng.pick(others)]);
}

function placesOf(words: readonly string[], is: (word: string) => boolean): number[] {
  return words.flatMap((word, place) => (place % 2 === 0 && is(word) ? [place] : []));
}

const familiesOf = (colour: string): readonly string[] => COLOUR_FAMILIES[colour.toLowerCase()]!;

function alike(a: string, b: string): boolean {
  return familiesOf(a).some((family) => familiesOf(b).includes(family));
}

function joined(words: readonly string[], from: number, to: number): boolean {
  const between = words.slice(from + 1, to).filter((word, i) => i % 2 === 1 && word !== '');
  return between.every((word) => JOINING.has(word.toLowerCase()) || isColour(word));
}

function changed(words: readonly string[], ...changes: readonly (readonly [place: number, word: string])[]): string[] {
  const copy = [...words];
  for (const [place, word] of changes) copy[place] = word;
  return copy;
}

/** Without a word and the space behind it. */
function without(words: readonly string[], place: number): string[] {
  return [...words.slice(0, place), ...words.slice(place + 2)];
}
