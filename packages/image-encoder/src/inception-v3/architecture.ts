/**
 * The layers of Inception v3 (Szegedy et al. 2015, arXiv 1512.00567) as in TensorFlow's graph of 2015, under torchvision's names.
 * Fréchet Inception distances use this network.
 */

/** A convolution with bias and rectifier. Batch normalisation is folded into its weights. */
export interface Convolution {
  readonly name: string;
  /** Height and width of the filter. */
  readonly kernel: readonly [number, number];
  readonly channels: number;
  readonly stride: 1 | 2;
  readonly pad: 'same' | 'valid';
}

export type Pooling = 'average' | 'max' | 'max-halving';

/** Consecutive steps. A list within a list has branches, whose outputs are concatenated. */
export type Step = Convolution | Pooling | readonly (readonly Step[])[];

export interface InceptionV3Architecture {
  /** Side of the square images, in pixels. */
  readonly imageSize: number;
  readonly steps: readonly Step[];
  /** Classes of the classifier. */
  readonly classes: number;
}

/** @param width maps a number of channels of the original to another, for narrow variants in tests */
export function inceptionV3Steps(width: (channels: number) => number): Step[] {
  const conv = (
    name: string,
    channels: number,
    kernel: readonly [number, number] = [1, 1],
    more: Partial<Convolution> = {},
  ) => ({ name, kernel, channels: width(channels), stride: 1, pad: 'same', ...more }) satisfies Convolution;
  const halving = { stride: 2, pad: 'valid' } as const;

  /** 35 × 35. */
  const blockA = (name: string, pool: number): Step => [
    [conv(`${name}.branch1x1`, 64)],
    [conv(`${name}.branch5x5_1`, 48), conv(`${name}.branch5x5_2`, 64, [5, 5])],
    [
      conv(`${name}.branch3x3dbl_1`, 64),
      conv(`${name}.branch3x3dbl_2`, 96, [3, 3]),
      conv(`${name}.branch3x3dbl_3`, 96, [3, 3]),
    ],
    ['average', conv(`${name}.branch_pool`, pool)],
  ];
  const blockB = (name: string): Step => [
    [conv(`${name}.branch3x3`, 384, [3, 3], halving)],
    [
      conv(`${name}.branch3x3dbl_1`, 64),
      conv(`${name}.branch3x3dbl_2`, 96, [3, 3]),
      conv(`${name}.branch3x3dbl_3`, 96, [3, 3], halving),
    ],
    ['max-halving'],
  ];
  /** 17 × 17; filters of 1 × 7 and 7 × 1. */
  const blockC = (name: string, inner: number): Step => [
    [conv(`${name}.branch1x1`, 192)],
    [
      conv(`${name}.branch7x7_1`, inner),
      conv(`${name}.branch7x7_2`, inner, [1, 7]),
      conv(`${name}.branch7x7_3`, 192, [7, 1]),
    ],
    [
      conv(`${name}.branch7x7dbl_1`, inner),
      conv(`${name}.branch7x7dbl_2`, inner, [7, 1]),
      conv(`${name}.branch7x7dbl_3`, inner, [1, 7]),
      conv(`${name}.branch7x7dbl_4`, inner, [7, 1]),
      conv(`${name}.branch7x7dbl_5`, 192, [1, 7]),
    ],
    ['average', conv(`${name}.branch_pool`, 192)],
  ];
  const blockD = (name: string): Step => [
    [conv(`${name}.branch3x3_1`, 192), conv(`${name}.branch3x3_2`, 320, [3, 3], halving)],
    [
      conv(`${name}.branch7x7x3_1`, 192),
      conv(`${name}.branch7x7x3_2`, 192, [1, 7]),
      conv(`${name}.branch7x7x3_3`, 192, [7, 1]),
      conv(`${name}.branch7x7x3_4`, 192, [3, 3], halving),
    ],
    ['max-halving'],
  ];
  /** 8 × 8; two branches fork once more. */
  const blockE = (name: string, pooling: Pooling): Step => {
    const fork = (branch: string): Step => [
      [conv(`${name}.${branch}a`, 384, [1, 3])],
      [conv(`${name}.${branch}b`, 384, [3, 1])],
    ];
    return [
      [conv(`${name}.branch1x1`, 320)],
      [conv(`${name}.branch3x3_1`, 384), fork('branch3x3_2')],
      [conv(`${name}.branch3x3dbl_1`, 448), conv(`${name}.branch3x3dbl_2`, 384, [3, 3]), fork('branch3x3dbl_3')],
      [pooling, conv(`${name}.branch_pool`, 192)],
    ];
  };

  return [
    conv('Conv2d_1a_3x3', 32, [3, 3], halving),
    conv('Conv2d_2a_3x3', 32, [3, 3], { pad: 'valid' }),
    conv('Conv2d_2b_3x3', 64, [3, 3]),
    'max-halving',
    conv('Conv2d_3b_1x1', 80, [1, 1], { pad: 'valid' }),
    conv('Conv2d_4a_3x3', 192, [3, 3], { pad: 'valid' }),
    'max-halving',
    blockA('Mixed_5b', 32),
    blockA('Mixed_5c', 64),
    blockA('Mixed_5d', 64),
    blockB('Mixed_6a'),
    blockC('Mixed_6b', 128),
    blockC('Mixed_6c', 160),
    blockC('Mixed_6d', 160),
    blockC('Mixed_6e', 192),
    blockD('Mixed_7a'),
    blockE('Mixed_7b', 'average'),
    blockE('Mixed_7c', 'max'), // the graph of 2015 uses max pooling here; later ones do not
  ];
}

/** 23,833,744 parameters with the classifier, after folding. */
export const INCEPTION_V3: InceptionV3Architecture = {
  imageSize: 299,
  steps: inceptionV3Steps((channels) => channels),
  classes: 1008,
};

/** Name and shape of every tensor, and the number of output channels. */
export function weightShapes({ steps, classes }: InceptionV3Architecture): {
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  readonly dim: number;
} {
  const shapes = new Map<string, readonly number[]>();
  const walk = (list: readonly Step[], channelsIn: number): number =>
    list.reduce((channels, step) => {
      if (typeof step === 'string') return channels;
      if (isBranches(step)) return step.reduce((sum, branch) => sum + walk(branch, channels), 0);
      shapes.set(`${step.name}.weight`, [...step.kernel, channels, step.channels]);
      shapes.set(`${step.name}.bias`, [step.channels]);
      return step.channels;
    }, channelsIn);
  const dim = walk(steps, 3);
  shapes.set('fc.weight', [dim, classes]).set('fc.bias', [classes]);
  return { shapes, dim };
}

export function isBranches(step: Step): step is readonly (readonly Step[])[] {
  return Array.isArray(step);
}
