/**
 * RMSProp (Tieleman & Hinton 2012, lecture 6e) as torch.optim.RMSprop and Lua's optim.rmsprop compute it: epsilon outside the root,
 * where `tf.train.rmsprop` has it inside. The char-CNN-RNN encoder is trained with it.
 */

import * as tf from '@tensorflow/tfjs-core';
import { add, div, mul, sub } from '@tensorflow/tfjs-core';
import { RMS_PROP, type RmsPropAttrs, type RmsPropInputs } from './kernels.ts';
import { OptimiserSlots } from './optimiser-slots.ts';
import { type FusedKernel, runKernel, type TensorsOf } from './run-kernel.ts';

/** Decay rate and the floor of the denominator. */
export interface RmsPropOptions {
  /** Decay of the mean of squared gradients, in [0, 1); default 0.99. */
  readonly decay?: number;
  /** Default 1e-8. */
  readonly epsilon?: number;
}

/** Everything that an `RmsProp` holds besides its variables, by the names it was given. */
export interface RmsPropState {
  readonly meanSquare: Readonly<Record<string, Float32Array>>;
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

export class RmsProp {
  /** What is trained, by the names that the state uses. */
  readonly variables: Readonly<Record<string, tf.Variable>>;
  readonly #slots: OptimiserSlots<'meanSquare'>;
  readonly #options: Required<RmsPropOptions>;

  /** @param variables what to train, by the names that the state uses; they stay the caller's to dispose */
  constructor(variables: Readonly<Record<string, tf.Variable>>, { decay = 0.99, epsilon = 1e-8 }: RmsPropOptions = {}) {
    this.variables = variables;
    this.#slots = new OptimiserSlots(variables, ['meanSquare']);
    this.#options = { decay, epsilon };
  }

  /**
   * Moves every variable against its gradient.
   * @param gradients by `variable.name`, as `tf.variableGrads` gives them; they stay the caller's to dispose
   */
  apply(gradients: tf.NamedTensorMap, learningRate: number): void {
    const attrs: RmsPropAttrs = { learningRate, ...this.#options };
    this.#slots.update(gradients, ({ variable, meanSquare }, gradient) =>
      runKernel(KERNEL, { variable, meanSquare, gradient }, attrs),
    );
  }

  /** A copy of the state, read back from the backend. */
  getState(): Promise<RmsPropState> {
    return this.#slots.read();
  }

  /** Continues exactly where `state` was taken. Names and sizes must be those of this optimiser. */
  setState({ meanSquare }: RmsPropState): void {
    this.#slots.write({ meanSquare });
  }

  /** Frees the means. */
  dispose(): void {
    this.#slots.dispose();
  }
}
