/** Captions as characters: the 70 slots and 201 places of the char-CNN-RNN (Reed et al. 2016, arXiv 1605.05395, section 4.2). */

/**
 * The characters of slots 1 to 70, as the authors' loader has them (`MultimodalMinibatchLoaderCaption.lua:13-18`).
 * The hyphen stands in it twice, and their table keeps the later slot: it is 60, and slot 37 never occurs.
 */
export const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789-,;.!?:\'"/\\|_@#$%^&*~`+-=<>()[]{} ';

/** Places of a caption; characters beyond are cut off. */
export const MAX_CHARACTERS = 201;

/**
 * The treatment of characters outside the alphabet, capital letters among them.
 * `authors` stops at the first one, as the loader of their training and evaluation does (`:83-101`; their GAN demo skips it instead).
 * `forgiving` lower-cases capitals and replaces every other one by a space.
 */
export type CharacterPolicy = 'authors' | 'forgiving';

const SLOTS: ReadonlyMap<string, number> = new Map([...ALPHABET].map((character, i) => [character, i + 1]));
const SPACE = SLOTS.get(' ')!;

/** The slots of a caption's characters, at most 201; code points count as characters. */
export function characterSlots(caption: string, policy: CharacterPolicy): Uint8Array {
  const slots: number[] = [];
  // a long caption is cut before it is processed; a code point takes at most two units
  const head = caption.slice(0, 2 * MAX_CHARACTERS);
  for (const character of policy === 'forgiving' ? head.toLowerCase() : head) {
    const slot = SLOTS.get(character);
    if (slot === undefined && policy === 'authors') break;
    slots.push(slot ?? SPACE);
    if (slots.length === MAX_CHARACTERS) break;
  }
  return Uint8Array.from(slots);
}

/** The number of UTF-16 units of a caption that `characterSlots` reads. */
export function readLength(caption: string, policy: CharacterPolicy): number {
  let [slots, units] = [0, 0];
  for (const character of caption.slice(0, 2 * MAX_CHARACTERS)) {
    const small = policy === 'forgiving' ? character.toLowerCase() : character;
    if (policy === 'authors' && !SLOTS.has(small)) break;
    slots += [...small].length;
    if (slots > MAX_CHARACTERS) break;
    units += character.length;
  }
  return units;
}
