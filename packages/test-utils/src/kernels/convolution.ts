/** Convolutions and their gradients over random shapes, on any backend. */

import { Rng } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { describe, it } from 'vitest';
import { between, expectSame, expectSameWithGradients, randomValues } from './compare.ts';

type Pad = 'same' | 'valid' | number | [[0, 0], [number, number], [number, number], [0, 0]];

interface Shapes {
  image: [n: number, height: number, width: number, channels: number];
  filter: [height: number, width: number, inChannels: number, outChannels: number];
  strides: [number, number];
  pad: Pad;
}

function randomPad(rng: Rng): Pad {
  const kinds: Pad[] = [
    'same',
    'valid',
    between(rng, 0, 3),
    [
      [0, 0],
      [between(rng, 0, 3), between(rng, 0, 3)],
      [between(rng, 0, 3), between(rng, 0, 3)],
      [0, 0],
    ],
  ];
  return rng.pick(kinds);
}

/** Shapes whose output is not empty; channels on both sides of the backend's block of 8. */
function randomShapes(rng: Rng): Shapes {
  for (;;) {
    const shapes: Shapes = {
      image: [between(rng, 1, 3), between(rng, 1, 9), between(rng, 1, 9), between(rng, 1, 10)],
      filter: [between(rng, 1, 5), between(rng, 1, 5), 0, between(rng, 1, 10)],
      strides: [between(rng, 1, 3), between(rng, 1, 3)],
      pad: randomPad(rng),
    };
    shapes.filter[2] = shapes.image[3];
    if (typeof shapes.pad === 'number') {
      // tfjs computes the size of the output from the filter's height and the vertical stride alone
      shapes.filter[1] = shapes.filter[0];
      shapes.strides[1] = shapes.strides[0];
    }
    if (outputOf(shapes).every((size) => size > 0)) return shapes;
  }
}

/** tfjs wants it exactly where a number says how much to pad. */
const rounding = (pad: Pad) => (typeof pad === 'string' ? undefined : ('floor' as const));

function outputOf({ image, filter, strides, pad }: Shapes): [number, number] {
  const { outHeight, outWidth } = tf.backend_util.computeConv2DInfo(image, filter, strides, 1, pad, rounding(pad));
  return [outHeight, outWidth];
}

function conv2d({ strides, pad }: Shapes, dilations: [number, number] = [1, 1]) {
  return (x: tf.Tensor, filter: tf.Tensor) =>
    tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, strides, pad, 'NHWC', dilations, rounding(pad));
}

const name = (shapes: Shapes) => JSON.stringify(shapes);

/** `repetitions`: random shapes to compare each gradient on. */
export function describeConvolution(repetitions: number): void {
  describe('convolution', () => {
    it('has the gradients of the cpu backend for any stride, padding and size', async () => {
      const rng = new Rng(1);
      for (let i = 0; i < repetitions; i++) {
        const shapes = randomShapes(rng);
        const inputs = [randomValues(rng, shapes.image), randomValues(rng, shapes.filter)];
        await expectSameWithGradients(name(shapes), inputs, conv2d(shapes) as (...x: tf.Tensor[]) => tf.Tensor);
      }
    });

    it('runs forward with dilations', async () => {
      const rng = new Rng(2);
      for (let i = 0; i < repetitions / 3; i++) {
        const shapes = { ...randomShapes(rng), strides: [1, 1] as [number, number], pad: 'same' as const };
        const dilations: [number, number] = [between(rng, 1, 3), between(rng, 1, 3)];
        const inputs = [randomValues(rng, shapes.image), randomValues(rng, shapes.filter)];
        await expectSame(`${name(shapes)}, dilations ${dilations}`, inputs, (x, filter) =>
          conv2d(shapes, dilations)(x!, filter!),
        );
      }
    });

    it('transposed, has the gradients of the cpu backend for any stride, padding and size', async () => {
      const rng = new Rng(3);
      for (let i = 0; i < repetitions; i++) {
        const shapes = randomShapes(rng);
        const { image, filter, strides, pad } = shapes;
        const dy = randomValues(rng, [image[0], ...outputOf(shapes), filter[3]]);
        await expectSameWithGradients(name(shapes), [dy, randomValues(rng, filter)], (x, w) =>
          tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, image, strides, pad, rounding(pad)),
        );
      }
    });

    it.each([
      { side: 8, channels: [16, 3], what: 'to pixels' },
      { side: 4, channels: [24, 16], what: 'to features' },
    ])('transposed, k4 s2 $what as in a generator', async ({ side, channels: [inChannels, outChannels] }) => {
      const rng = new Rng(4);
      const inputs = [
        randomValues(rng, [2, side, side, inChannels!]),
        randomValues(rng, [4, 4, outChannels!, inChannels!]),
      ];
      await expectSameWithGradients('k4 s2', inputs, (x, w) =>
        tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, [2, 2 * side, 2 * side, outChannels!], 2, 'same'),
      );
    });

    it.each(['linear', 'relu', 'elu', 'sigmoid', 'leakyrelu'] as const)(
      'fused with %s is that of the cpu backend',
      async (activation) => {
        const rng = new Rng(7);
        for (const strides of [1, 3]) {
          const inputs = [[2, 6, 5, 3], [2, 2, 3, 4], [4]].map((shape) => randomValues(rng, shape));
          await expectSame(`${activation}, stride ${strides}`, inputs, (x, filter, bias) =>
            tf.fused.conv2d({
              x: x as tf.Tensor4D,
              filter: filter as tf.Tensor4D,
              strides,
              pad: 'same',
              bias: bias!,
              activation,
              leakyreluAlpha: 0.2,
            }),
          );
        }
      },
    );

    it('by channel, has the gradients of the cpu backend', async () => {
      const rng = new Rng(5);
      const inputs = [randomValues(rng, [2, 7, 6, 3]), randomValues(rng, [3, 3, 3, 2])];
      await expectSameWithGradients('depthwise', inputs, (x, w) =>
        tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, 2, 'same'),
      );
    });
  });
}
