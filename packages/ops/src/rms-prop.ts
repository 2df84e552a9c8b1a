/**
 * RMSProp (Tieleman & Hinton 2012, lecture 6e) as torch.optim.RMSprop and Lua's optim.rmsprop compute it: epsilon outside the root.
 * `tf.train.rmsprop` has it inside. The char-CNN-RNN encoder is trained with it.
 */

import type { NamedTensor, StateDict, TensorKind } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { add, div, mul, sub } from '@tensorflow/tfjs-core';
import { RMS_PROP, type RmsPropAttrs, type RmsPropInputs } from './kernels.ts';
import { OptimiserSlots } from './optimiser-slots.ts';
import { type FusedKernel, runKernel, type TensorsOf } from './run-kernel.ts';
import type { NamedVariables, Optimiser } from './training-state.ts';

/** Decay rate and the floor of the denominator. */
export interface RmsPropOptions {
  /** Decay of the mean of squared gradients, in [0, 1); default 0.99. */
  readonly decay?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
}

function composeRmsProp(
  { variable, meanSquare, gradient }: TensorsOf<RmsPropInputs>,
  attrs: RmsPropAttrs,
): tf.Tensor[] {
  const { learningRate, decay, epsilon } = attrs;
  const next = add(mul(meanSquare, decay), mul(tf.square(gradient), 1 - decay));
  const change = div(mul(gradient, learningRate), add(tf.sqrt(next), epsilon));
  return [sub(variable, change), next];
}

const KERNEL: FusedKernel<RmsPropInputs, RmsPropAttrs> = { kernelName: RMS_PROP, composed: composeRmsProp };

export class RmsProp implements Optimiser {
  readonly variables: NamedVariables;
  readonly #slots: OptimiserSlots<'meanSquare'>;
  readonly #options: Required<RmsPropOptions>;

  /** @param variables the variables to train; the mean square of the variable `x` is `rmsProp/x` in a state */
  constructor(variables: NamedVariables, { decay = 0.99, epsilon = 1e-8 }: RmsPropOptions = {}) {
    this.variables = variables;
    this.#slots = new OptimiserSlots(variables, { meanSquare: (x) => `rmsProp/${x}` });
    this.#options = { decay, epsilon };
  }

  apply(gradients: tf.NamedTensorMap, learningRate: number): void {
    const attrs: RmsPropAttrs = { learningRate, ...this.#options };
    this.#slots.update(gradients, ({ variable, meanSquare }, gradient) =>
      runKernel(KERNEL, { variable, meanSquare, gradient }, attrs),
    );
  }

  stateKinds(): Record<string, TensorKind> {
    return this.#slots.kinds();
  }

  getState(): Promise<Record<string, NamedTensor>> {
    return this.#slots.read();
  }

  setState(tensors: StateDict['tensors']): void {
    this.#slots.write(tensors);
  }

  dispose(): void {
    this.#slots.dispose();
  }
}
