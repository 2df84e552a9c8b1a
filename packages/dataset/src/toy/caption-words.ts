/** The words of toy flower captions, the usual one of each list first. The writer and the reader of captions share them. */

import type { Background, CentreColour, FlowerSize, PetalColour, PetalCount, PetalShape } from './attributes.ts';

type Words<K extends string | number> = Readonly<Record<K, readonly [string, ...string[]]>>;

export const COLOUR_WORDS: Words<PetalColour | CentreColour> = {
  white: ['white', 'ivory'],
  yellow: ['yellow', 'golden'],
  orange: ['orange', 'tangerine'],
  red: ['red', 'scarlet', 'crimson'],
  pink: ['pink', 'rosy'],
  magenta: ['magenta', 'fuchsia'],
  purple: ['purple', 'violet'],
  blue: ['blue', 'azure'],
  brown: ['brown', 'chestnut'],
  green: ['green', 'lime'],
};

export const COUNT_WORDS: Words<PetalCount> = {
  4: ['four', '4'],
  5: ['five', '5'],
  6: ['six', '6'],
  8: ['eight', '8'],
};

export const SHAPE_WORDS: Words<PetalShape> = {
  round: ['round', 'rounded'],
  pointed: ['pointed', 'pointy', 'tapered'],
};

export const SIZE_WORDS: Words<FlowerSize> = {
  small: ['small', 'little', 'tiny'],
  large: ['large', 'big'],
};

/** Phrases for the background. Each begins with a preposition and can begin or end a caption. */
export const BACKGROUND_PHRASES: Words<Background> = {
  leaves: ['in front of green leaves', 'against green leaves', 'among the leaves', 'in front of dense foliage'],
  dark: ['against a dark background', 'on a black background', 'in front of a dark backdrop', 'in the dark'],
  sky: ['under a blue sky', 'against the sky', 'in front of a blue sky', 'under the open sky'],
  sand: ['on sand', 'on sandy ground', 'in front of pale sand', 'against a sandy background'],
};

/** Words that identify a background on their own, in any position. */
export const BACKGROUND_WORDS: Words<Background> = {
  leaves: ['leaves', 'foliage', 'greenery', 'leafy'],
  dark: ['dark', 'black', 'darkness', 'night'],
  sky: ['sky', 'clouds'],
  sand: ['sand', 'sandy', 'beach'],
};

export const FLOWER_NOUNS = ['flower', 'bloom', 'blossom'] as const;
export const CENTRE_NOUNS = ['centre', 'center', 'middle', 'heart'] as const;
