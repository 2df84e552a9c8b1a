/** Flags of `t2i encoder train` that decide how captions are said otherwise, and what they are told from. */

import { Option } from 'commander';
import { positiveNumber, said, share } from '../../flags.ts';

export interface TextFlags {
  wordDropout?: number;
  removeBeginning?: number;
  randomOffset?: number;
  cropClauses?: number;
  joinClauses?: number;
  changeCase?: number;
  changePunctuation?: number;
  typos?: number;
  characterDropout?: number;
  names?: number;
  contrast?: number;
}

export function textOptions(): Option[] {
  const chance = (flags: string, what: string) => new Option(flags, `${what} (default: 0)`).argParser(share);
  return [
    chance('--word-dropout <share>', 'leave out words at this chance'),
    chance('--remove-beginning <share>', 'of captions: leave out “this flower has” and the like'),
    chance('--random-offset <share>', 'of captions: begin at a random word of the first half'),
    chance('--crop-clauses <share>', 'of captions: keep only some clauses'),
    chance('--join-clauses <share>', 'of captions: add a clause of another one of the photo'),
    chance('--change-case <share>', 'of captions: write in capitals'),
    chance('--change-punctuation <share>', 'of captions: leave out punctuation, or add a full stop'),
    chance('--typos <share>', 'of words: make a typing error'),
    chance('--character-dropout <share>', 'of letters: leave them out'),
    chance('--names <share>', "of captions: put the name of the photo's class into them"),
    new Option('--contrast <weight>', 'tell captions from edits that say something else (default: not)').argParser(
      positiveNumber,
    ),
  ];
}

/** How the flags call the settings of `batches.variation`. */
export const VARIATION_FLAGS = {
  beginning: 'removeBeginning',
  offset: 'randomOffset',
  crop: 'cropClauses',
  join: 'joinClauses',
  letterCase: 'changeCase',
  punctuation: 'changePunctuation',
  typos: 'typos',
  characterDropout: 'characterDropout',
} as const satisfies Record<string, keyof TextFlags>;

/** What was said of `batches.variation`, if anything was. */
export function variationOf(flags: TextFlags): object | undefined {
  const entries = Object.entries(VARIATION_FLAGS).map(([setting, flag]) => [setting, flags[flag]]);
  const variation = said(Object.fromEntries(entries));
  return Object.keys(variation).length === 0 ? undefined : variation;
}
