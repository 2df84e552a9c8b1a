/** Varies the wording of a caption: parts of it, other clauses, other typing. The variant stays true of the photo. */

import type { Rng } from '@t2i/core';
import { ConfigError } from '@t2i/core';
import { inWords, isColour } from './words.ts';

/** The probability of each change; default 0. */
export interface CaptionVariation {
  /** Leaves out a usual beginning: “this flower has”, “the petals are”. One that names a colour stays. */
  readonly beginning?: number | undefined;
  /** Starts the caption at a random word of its first half. */
  readonly offset?: number | undefined;
  /** Keeps only some consecutive clauses. */
  readonly crop?: number | undefined;
  /** Adds a clause of another caption of the photo, before or behind. */
  readonly join?: number | undefined;
  /** Writes the caption in capitals, or each word with a capital. */
  readonly letterCase?: number | undefined;
  /** Leaves out punctuation, or adds a full stop. */
  readonly punctuation?: number | undefined;
  /** Puts one typing error into a word, for every word of three letters or more. */
  readonly typos?: number | undefined;
  /** Leaves out a letter, for every letter. */
  readonly characterDropout?: number | undefined;
}

const VARIATIONS = [
  'beginning',
  'offset',
  'crop',
  'join',
  'letterCase',
  'punctuation',
  'typos',
  'characterDropout',
] as const satisfies readonly (keyof CaptionVariation)[];

/** Up to the first verb, with an article or “petals that are” behind it. */
const BEGINNING =
  /^(?:this|the|these|that|those|a|an|it|there)\b(?: [\p{L}'’-]+){0,5}? ?(?:has|have|is|are|with|features?|contains?|shows?) (?:petals (?:that|which) are |an? |the )?/iu;
/** Where a clause begins. */
const CLAUSE =
  /\s*[,;.]\s*|\s+(?=(?:with|while|which|surrounding|surrounded|and (?:a|an|the|has|have|is|are|its|it))\b)/iu;

/** @throws ConfigError when a probability is out of range */
export function assertVariation(variation: CaptionVariation): void {
  for (const name of VARIATIONS) {
    const chance = variation[name] ?? 0;
    if (!(chance >= 0 && chance <= 1)) throw new ConfigError(`${name} must be from 0 to 1, got ${chance}.`);
  }
}

/**
 * A random variant. A change of probability 0 draws no random number, and some word always stays.
 * @param other another caption of the same photo, requested only when a clause of it is added
 */
export function varyCaption(caption: string, variation: CaptionVariation, rng: Rng, other: () => string): string {
  const happens = (name: keyof CaptionVariation) => (variation[name] ?? 0) > 0 && rng.uniform() < variation[name]!;
  let text = caption;
  if (happens('crop')) text = cropped(text, rng);
  if (happens('join')) text = joined(text, rng.pick(clausesOf(other())), rng);
  if (happens('beginning')) text = withoutBeginning(text);
  if (happens('offset')) text = fromRandomWord(text, rng);
  if (happens('punctuation'))
    text = rng.uniform() < 0.5 ? text.replace(/[,;.]/g, '') : `${text.replace(/[ .]+$/, '')}.`;
  if ((variation.typos ?? 0) > 0) text = mistyped(text, variation.typos!, rng);
  if ((variation.characterDropout ?? 0) > 0) text = dropLetters(text, variation.characterDropout!, rng);
  if (happens('letterCase'))
    text = rng.uniform() < 0.5 ? text.toUpperCase() : text.replace(/(?<!\p{L})\p{L}/gu, (c) => c.toUpperCase());
  return /[\p{L}\p{N}]/u.test(text) ? text : caption;
}

/** “this flower has red petals” → “red petals”. A beginning that names a colour stays, and so does one with nothing behind it. */
export function withoutBeginning(caption: string): string {
  const beginning = BEGINNING.exec(caption)?.[0] ?? '';
  const rest = caption.slice(beginning.length);
  return rest.trim() === '' || inWords(beginning).some(isColour) ? caption : rest;
}

function clausesOf(caption: string): string[] {
  const clauses = caption.split(CLAUSE).filter((clause) => /\p{L}/u.test(clause));
  return clauses.length === 0 ? [caption] : clauses;
}

function cropped(caption: string, rng: Rng): string {
  const clauses = clausesOf(caption);
  const from = rng.integer(clauses.length);
  const count = 1 + rng.integer(clauses.length - from);
  return clauses.slice(from, from + count).join(', ');
}

function joined(caption: string, clause: string, rng: Rng): string {
  const own = caption.replace(/[ .]+$/, '');
  return rng.uniform() < 0.5 ? `${own}, ${clause}` : `${clause}, ${own}`;
}

function fromRandomWord(caption: string, rng: Rng): string {
  const words = caption.split(' ');
  return words.slice(rng.integer(Math.ceil(words.length / 2))).join(' ');
}

function mistyped(caption: string, chance: number, rng: Rng): string {
  const words = inWords(caption);
  return words
    .map((word, place) => (place % 2 === 0 && word.length > 2 && rng.uniform() < chance ? typo(word, rng) : word))
    .join('');
}

/** One letter missing, doubled, exchanged with the next one, or replaced; the first one stays. */
function typo(word: string, rng: Rng): string {
  const at = 1 + rng.integer(word.length - 1);
  const [before, letter, after] = [word.slice(0, at), word[at]!, word.slice(at + 1)];
  switch (rng.integer(4)) {
    case 0:
      return before + after;
    case 1:
      return before + letter + letter + after;
    case 2:
      return after === '' ? before + letter : before + after[0] + letter + after.slice(1);
    default:
      return before + rng.pick([...'abcdefghijklmnopqrstuvwxyz']) + after;
  }
}

function dropLetters(caption: string, chance: number, rng: Rng): string {
  return caption.replace(/\p{L}/gu, (letter) => (rng.uniform() < chance ? '' : letter));
}
