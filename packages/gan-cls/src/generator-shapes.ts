/** The weights of a generator by arithmetic alone: files are compared with them before a network is built, or anything allocated. */

import { type Dtype, expectTensors, type StateDict } from '@t2i/core';
import { channelsAt, type GeneratorConfig } from './config.ts';

/** Shapes by the names that `generatorState` gives, as `buildGenerator` makes them. */
export function generatorShapes(config: GeneratorConfig): Map<string, readonly number[]> {
  const { imageSize, noiseDim, embeddingDim, projectedDim, residual } = config;
  const shapes = new Map<string, readonly number[]>();
  const add = (name: string, ...shape: number[]) => shapes.set(`generator/${name}`, shape);
  const normalise = (name: string, channels: number) => {
    for (const part of ['gamma', 'beta', 'moving_mean', 'moving_variance']) add(`${name}/${part}`, channels);
  };
  add('text/kernel', embeddingDim, projectedDim);
  add('text/bias', projectedDim);
  add('deconv4/kernel', noiseDim + projectedDim, 4 * 4 * channelsAt(config, 4));
  for (let side = 4; side < imageSize; side *= 2) {
    const channels = channelsAt(config, side);
    if (side > 4) add(`deconv${side}/kernel`, 4, 4, channels, channelsAt(config, side / 2));
    normalise(`norm${side}`, channels);
    if (!residual || side > 8) continue;
    const quarter = channels / 4;
    add(`residual${side}/conv1/kernel`, 1, 1, channels, quarter);
    add(`residual${side}/conv2/kernel`, 3, 3, quarter, quarter);
    add(`residual${side}/conv3/kernel`, 3, 3, quarter, channels);
    for (const [layer, count] of [quarter, quarter, channels].entries()) {
      normalise(`residual${side}/norm${layer + 1}`, count);
    }
  }
  add(`deconv${imageSize}/kernel`, 4, 4, 3, channelsAt(config, imageSize / 2));
  return shapes;
}

/**
 * Compares weights with a configuration. Needs no backend, and no memory whatever the configuration says.
 * @param tensors in float32 or float16, as `generatorState` names them
 * @throws CheckpointError naming the first weight that is missing, unknown, of another shape or not finite
 */
export function expectGenerator(config: GeneratorConfig, tensors: StateDict['tensors']): void {
  const expected = [...generatorShapes(config)].map(([name, shape]) => {
    const dtype: Dtype = tensors[name]?.dtype === 'F16' ? 'F16' : 'F32';
    return [name, { dtype, shape }] as const;
  });
  expectTensors(new Map(expected), tensors);
}
