/** Adds the name of a flower's class to a caption: people ask for flowers by name, and captions rarely contain names. */

import type { Rng } from '@t2i/core';
import { withoutBeginning } from './vary-caption.ts';

/** “a rose”, “this is a rose”, “this rose has red petals”, “a rose with red petals”: the content of the caption, if any, stays. */
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
