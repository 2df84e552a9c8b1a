/** Puts the name of a flower's class into a caption: names are words that people ask for, and captions hardly have them. */

import type { Rng } from '@t2i/core';
import { withoutBeginning } from './vary-caption.ts';

/** “a rose”, “this is a rose”, “this rose has red petals”, “a rose with red petals”: what the caption says stays, where it says anything. */
export function nameCaption(caption: string, name: string, rng: Rng): string {
  const article = /^[aeiou]/i.test(name) ? 'an' : 'a';
  const bare = [name, `${article} ${name}`, `this is ${article} ${name}`];
  const rest = withoutBeginning(caption);
  const told = [
    caption.replace(/\bflower\b/i, name),
    rest === caption ? `${article} ${name}, ${caption}` : `${article} ${name} with ${rest}`,
  ];
  return rng.pick(rng.uniform() < 0.5 ? bare : told);
}
