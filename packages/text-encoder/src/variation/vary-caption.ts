/** Says a caption otherwise: parts of it, other clauses, another way of typing; what it says stays true of the photo. */

import type { Rng } from '@t2i/core';
import { ConfigError } from '@t2i/core';
import { inWords, isColour } from './words.ts';

/** The chance of each change; 0 where nothing is said. */
export interface CaptionVariation {
  /** That a usual beginning is left out: “this flower has”, “the petals are”. One that names a colour stays. */
  readonly beginning?: number | undefined;
  /** That the caption begins at a random word of its first half. */
  readonly offset?: number | undefined;
  /** That only some clauses in a row stay. */
  readonly crop?: number | undefined;
  /** That a clause of another caption of the photo comes before or behind it. */
  readonly join?: number | undefined;
  /** That it is written in capitals, or each word with one. */
  readonly letterCase?: number | undefined;
  /** That punctuation is left out, or a full stop added. */
  readonly punctuation?: number | undefined;
  /** Of every word of three letters or more, that it has one typing error. */
  readonly typos?: number | undefined;
  /** Of every letter, that it is missing. */
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

/** @throws ConfigError when a chance is not one */
export function assertVariation(variation: CaptionVariation): void {
  for (const name of VARIATIONS) {
    const chance = variation[name] ?? 0;
    if (!(chance >= 0 && chance <= 1)) throw new ConfigError(`${name} must be from 0 to 1, got ${chance}.`);
  }
}

/**
 * A random variant. Nothing is drawn for a change whose chance is 0, and some word always stays.
 * @param other another caption of the same photo, asked for when a clause of it is joined
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

/** One letter missing, doubled, exchanged with the next one, or another one; the first one stays. */
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
