/** The layers of GoogLeNet (Szegedy et al. 2014, Table 1) as BVLC's Caffe model names them. */

/** Output channels of the six convolutions of an inception block. */
export interface InceptionWidths {
  readonly one: number;
  readonly threeReduce: number;
  readonly three: number;
  readonly fiveReduce: number;
  readonly five: number;
  readonly pool: number;
}

export interface InceptionBlock extends InceptionWidths {
  /** `inception_3a` and so on. */
  readonly name: string;
  /** Whether a max pooling precedes it. */
  readonly pooled: boolean;
}

export interface GoogLeNetArchitecture {
  /** Side of the square images, in pixels; a multiple of 32. */
  readonly imageSize: number;
  readonly stem: { readonly conv1: number; readonly conv2Reduce: number; readonly conv2: number };
  readonly blocks: readonly InceptionBlock[];
  /** Classes of the classifier. */
  readonly classes: number;
}

const block = (name: string, pooled: boolean, ...widths: [number, number, number, number, number, number]) => {
  const [one, threeReduce, three, fiveReduce, five, pool] = widths;
  return { name: `inception_${name}`, pooled, one, threeReduce, three, fiveReduce, five, pool };
};

/** 6,998,552 parameters with the classifier. */
export const GOOGLENET: GoogLeNetArchitecture = {
  imageSize: 224,
  stem: { conv1: 64, conv2Reduce: 64, conv2: 192 },
  blocks: [
    block('3a', false, 64, 96, 128, 16, 32, 32),
    block('3b', false, 128, 128, 192, 32, 96, 64),
    block('4a', true, 192, 96, 208, 16, 48, 64),
    block('4b', false, 160, 112, 224, 24, 64, 64),
    block('4c', false, 128, 128, 256, 24, 64, 64),
    block('4d', false, 112, 144, 288, 32, 64, 64),
    block('4e', false, 256, 160, 320, 32, 128, 128),
    block('5a', true, 256, 160, 320, 32, 128, 128),
    block('5b', false, 384, 192, 384, 48, 128, 128),
  ],
  classes: 1000,
};

/** Output channels of a block: its four branches concatenated. */
export function blockChannels({ one, three, five, pool }: InceptionWidths): number {
  return one + three + five + pool;
}

/** The four branches of a block in the order of the output. */
export const BRANCHES = ['1x1', '3x3', '5x5', 'pool_proj'] as const;

/** The layers that can be used as features, by Caffe's names, with their channels: `pool2`, each block and its branches, in order. */
export function layerChannels({ stem, blocks }: GoogLeNetArchitecture): ReadonlyMap<string, number> {
  const channels = new Map<string, number>([['pool2', stem.conv2]]);
  for (const widths of blocks) {
    const { name, one, three, five, pool } = widths;
    for (const [i, width] of [one, three, five, pool].entries()) channels.set(`${name}/${BRANCHES[i]}`, width);
    channels.set(name, blockChannels(widths));
  }
  return channels;
}

/** Name and shape of every tensor: convolutions [height, width, in, out], classifier [in, out], biases [out]. */
export function weightShapes({ stem, blocks, classes }: GoogLeNetArchitecture): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const add = (name: string, size: number, channelsIn: number, channelsOut: number) => {
    shapes.set(`${name}/weight`, [size, size, channelsIn, channelsOut]).set(`${name}/bias`, [channelsOut]);
    return channelsOut;
  };
  let channels = add('conv1/7x7_s2', 7, 3, stem.conv1);
  channels = add('conv2/3x3_reduce', 1, channels, stem.conv2Reduce);
  channels = add('conv2/3x3', 3, channels, stem.conv2);
  for (const widths of blocks) {
    const { name } = widths;
    add(`${name}/1x1`, 1, channels, widths.one);
    add(`${name}/3x3`, 3, add(`${name}/3x3_reduce`, 1, channels, widths.threeReduce), widths.three);
    add(`${name}/5x5`, 5, add(`${name}/5x5_reduce`, 1, channels, widths.fiveReduce), widths.five);
    add(`${name}/pool_proj`, 1, channels, widths.pool);
    channels = blockChannels(widths);
  }
  return shapes.set('loss3/classifier/weight', [channels, classes]).set('loss3/classifier/bias', [classes]);
}
