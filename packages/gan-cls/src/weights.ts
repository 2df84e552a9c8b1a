/** The weights of networks by name: lists, initialises and copies them. */

import { assert, type Rng, sizeOf } from '@t2i/core';
import type { NamedVariables } from '@t2i/ops';
import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

/** The weights of `models`, trainable and not, as `${prefix}/deconv8/kernel`, in the order of the layers. */
export function weightsOf(prefix: string, ...models: readonly tfl.LayersModel[]): NamedVariables {
  const entries = models.flatMap((model) =>
    model.weights.map((weight) => [`${prefix}/${weight.originalName}`, weight.read() as tf.Variable] as const),
  );
  const named = Object.fromEntries(entries);
  assert(Object.keys(named).length === entries.length, `two weights of ${prefix} share a name`);
  return named;
}

/** Those that gradients move; the others are running statistics. */
export function trainableOf(variables: NamedVariables): NamedVariables {
  return Object.fromEntries(Object.entries(variables).filter(([, variable]) => variable.trainable));
}

/** How many numbers gradients move. */
export function countParameters(...models: readonly tfl.LayersModel[]): number {
  const sizes = models.flatMap((model) => model.trainableWeights.map((weight) => sizeOf(weight.shape as number[])));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Samples initial weights as the authors do (main_cls.lua:70-79): convolutions N(0, 0.02), gamma N(1, 0.02);
 * the text projection keeps Torch's default for linear layers, U(±1/√inputs) for weights and bias.
 * Beta and running statistics stay as models are built: 0, 0 and 1.
 */
export function initialise(model: tfl.LayersModel, rng: Rng): void {
  for (const layer of model.layers) {
    const isTextProjection = layer.weights.some((weight) => weight.originalName.endsWith('/bias'));
    for (const weight of layer.weights) {
      const shape = weight.shape as number[];
      const values = new Float32Array(sizeOf(shape));
      if (isTextProjection) {
        const bound = 1 / Math.sqrt(layer.weights[0]!.shape[0]!);
        for (let i = 0; i < values.length; i++) values[i] = rng.uniform(-bound, bound);
      } else {
        const mean = { kernel: 0, gamma: 1 }[weight.originalName.split('/').at(-1)!];
        if (mean === undefined) continue;
        rng.fillNormal(values).forEach((value, i) => {
          values[i] = mean + 0.02 * value;
        });
      }
      tf.tidy(() => {
        weight.write(tf.tensor(values, shape));
      });
    }
  }
}

/** Gives `to` the values of `from`, name by name. */
export function copyWeights(from: NamedVariables, to: NamedVariables): void {
  for (const [name, variable] of Object.entries(to)) {
    tf.tidy(() => variable.assign(tf.clone(from[name]!)));
  }
}
