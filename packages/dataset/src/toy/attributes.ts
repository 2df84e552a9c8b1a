/** The attributes of toy flowers, the combinations that are classes, and the classes held out from training. */

import type { SplitName } from '@t2i/core';

export const PETAL_COLOURS = ['white', 'yellow', 'orange', 'red', 'pink', 'magenta', 'purple', 'blue'] as const;
export const CENTRE_COLOURS = ['yellow', 'white', 'brown', 'green'] as const;
export const PETAL_SHAPES = ['round', 'pointed'] as const;
export const PETAL_COUNTS = [4, 5, 6, 8] as const;
export const BACKGROUNDS = ['leaves', 'dark', 'sky', 'sand'] as const;
export const FLOWER_SIZES = ['small', 'large'] as const;

export type PetalColour = (typeof PETAL_COLOURS)[number];
export type CentreColour = (typeof CENTRE_COLOURS)[number];
export type PetalShape = (typeof PETAL_SHAPES)[number];
export type PetalCount = (typeof PETAL_COUNTS)[number];
export type Background = (typeof BACKGROUNDS)[number];
export type FlowerSize = (typeof FLOWER_SIZES)[number];

/** Everything that a caption can say about a toy flower. */
export interface ToyFlowerAttributes {
  readonly petalColour: PetalColour;
  readonly centreColour: CentreColour;
  readonly petalShape: PetalShape;
  readonly petalCount: PetalCount;
  readonly background: Background;
  readonly size: FlowerSize;
}

/** The values of each attribute. */
export const TOY_ATTRIBUTES: { readonly [K in keyof ToyFlowerAttributes]: readonly ToyFlowerAttributes[K][] } = {
  petalColour: PETAL_COLOURS,
  centreColour: CENTRE_COLOURS,
  petalShape: PETAL_SHAPES,
  petalCount: PETAL_COUNTS,
  background: BACKGROUNDS,
  size: FLOWER_SIZES,
};

/** A class: the attributes that all of its flowers share. */
export interface ToyFlowerClass extends Pick<ToyFlowerAttributes, 'petalColour' | 'centreColour' | 'petalShape'> {
  readonly name: string;
  readonly split: SplitName;
}

/**
 * The split of each pair of petal and centre colour. Pairs that are not listed do not occur (white on white, yellow on yellow).
 * A pair is held out from training in both shapes. Each single colour occurs in training at least twice.
 */
const PAIR_SPLITS: Readonly<Record<PetalColour, Partial<Record<CentreColour, SplitName>>>> = {
  white: { yellow: 'train', brown: 'train', green: 'test' },
  yellow: { white: 'test', brown: 'train', green: 'train' },
  orange: { yellow: 'train', white: 'train', brown: 'test', green: 'val' },
  red: { yellow: 'test', white: 'val', brown: 'train', green: 'train' },
  pink: { yellow: 'train', white: 'test', brown: 'train', green: 'train' },
  magenta: { yellow: 'train', white: 'train', brown: 'val', green: 'test' },
  purple: { yellow: 'test', white: 'train', brown: 'train', green: 'train' },
  blue: { yellow: 'val', white: 'train', brown: 'test', green: 'train' },
};

/** All 60 classes: 36 for training, 8 for validation, 16 for test. */
export const TOY_CLASSES: readonly ToyFlowerClass[] = PETAL_COLOURS.flatMap((petalColour) =>
  CENTRE_COLOURS.flatMap((centreColour) =>
    PETAL_SHAPES.flatMap((petalShape) => {
      const split = PAIR_SPLITS[petalColour][centreColour];
      const name = `${petalShape} ${petalColour} petals, ${centreColour} centre`;
      return split === undefined ? [] : [{ petalColour, centreColour, petalShape, name, split }];
    }),
  ),
);
