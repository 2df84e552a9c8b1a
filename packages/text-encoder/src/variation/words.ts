/** Words of flower captions that can be changed: colours, counts, parts. Also splits captions into words and separators. */

/** Colour words, and the plain colours that each of them may count as. */
export const COLOUR_FAMILIES: Readonly<Record<string, readonly string[]>> = {
  red: ['red'],
  pink: ['pink'],
  purple: ['purple'],
  blue: ['blue'],
  yellow: ['yellow'],
  orange: ['orange'],
  white: ['white'],
  green: ['green'],
  brown: ['brown', 'orange', 'red'],
  black: ['black'],
  violet: ['purple', 'blue'],
  lavender: ['purple', 'blue', 'pink'],
  lilac: ['purple', 'pink'],
  mauve: ['purple', 'pink'],
  indigo: ['purple', 'blue'],
  magenta: ['pink', 'purple', 'red'],
  fuchsia: ['pink', 'purple', 'red'],
  maroon: ['red', 'purple'],
  burgundy: ['red', 'purple'],
  crimson: ['red'],
  scarlet: ['red', 'orange'],
  peach: ['orange', 'pink'],
  coral: ['orange', 'pink', 'red'],
  gold: ['yellow', 'orange'],
  golden: ['yellow', 'orange'],
  cream: ['white', 'yellow'],
};

/** The colours that replace another. */
export const PLAIN_COLOURS = ['red', 'pink', 'purple', 'blue', 'yellow', 'orange', 'white'] as const;

/** Counts that contradict each other; `several` and the like count as the last. */
export const COUNT_WORDS = ['two', 'three', 'four', 'five', 'six', 'eight', 'many'] as const;
export const MANY_WORDS: ReadonlySet<string> = new Set(['many', 'several', 'multiple', 'numerous', 'eight', 'lots']);

/** A caption as words at even indices and separators at odd ones; joined, they are the caption again. */
export function inWords(caption: string): string[] {
  return caption.split(/([^\p{L}\p{M}\p{N}'’-]+)/u);
}

export const isColour = (word: string): boolean => Object.hasOwn(COLOUR_FAMILIES, word.toLowerCase());
