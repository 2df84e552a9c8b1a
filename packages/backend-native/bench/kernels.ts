/** `pnpm bench kernels`: GFLOP/s of every convolution of the presets, forward and both gradients, against sgemm. */

import * as tf from '@tensorflow/tfjs-core';
import { type BenchPreset, type Convolution, convolutionsOf, flopsOf, outSize } from './convolutions.ts';
import { discard, fastest, sgemmCeiling } from './measure.ts';

type Shape4 = [number, number, number, number];

/** Milliseconds of the convolution, of its input gradient and of its filter gradient. */
function timeConvolution(conv: Convolution, batch: number, budgetMs: number): number[] {
  const out = outSize(conv);
  const inShape: Shape4 = [batch, conv.size, conv.size, conv.inChannels];
  const filterShape: Shape4 = [conv.kernel, conv.kernel, conv.inChannels, conv.outChannels];
  const x = tf.randomNormal<tf.Rank.R4>(inShape);
  const dy = tf.randomNormal<tf.Rank.R4>([batch, out, out, conv.outChannels]);
  const filter = tf.randomNormal<tf.Rank.R4>(filterShape);
  const attrs = { strides: conv.stride, pad: conv.pad, dataFormat: 'NHWC', dilations: 1 };
  const run = (kernel: string, inputs: tf.NamedTensorMap, more: object = {}) =>
    fastest(
      discard(() => tf.engine().runKernel(kernel, inputs, { ...attrs, ...more })),
      budgetMs,
    );
  const times = [
    run(tf.Conv2D, { x, filter }),
    run(tf.Conv2DBackpropInput, { dy, filter }, { inputShape: inShape }),
    run(tf.Conv2DBackpropFilter, { x, dy }, { filterShape }),
  ];
  tf.dispose([x, dy, filter]);
  return times;
}

/** Prints the table. GFLOP/s count the direct method's operations, so a faster algorithm may exceed the ceiling. */
export async function benchKernels(presets: BenchPreset[], batch: number, budgetMs: number): Promise<void> {
  const ceiling = await sgemmCeiling();
  console.log(`sgemm 2048³: ${ceiling.toFixed(0)} GFLOP/s\n`);
  const cell = (flops: number, ms: number) =>
    `${ms.toFixed(2).padStart(8)} ms ${(flops / ms / 1e6).toFixed(0).padStart(4)} (${(flops / ms / 1e4 / ceiling).toFixed(0).padStart(3)} %)`;
  for (const preset of presets) {
    console.log(
      `${preset}, batch ${batch}${' '.repeat(27)}forward             input gradient            filter gradient`,
    );
    for (const conv of convolutionsOf(preset)) {
      const flops = flopsOf(conv, batch);
      const shape = `${conv.size}² ${conv.kernel}×${conv.kernel}/${conv.stride} ${conv.inChannels}→${conv.outChannels}`;
      const cells = timeConvolution(conv, batch, budgetMs).map((ms) => cell(flops, ms));
      console.log(`  ${conv.name.padEnd(11)} ${shape.padEnd(19)} ${cells.join('  ')}`);
    }
  }
}
