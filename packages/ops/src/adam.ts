/**
 * Adam (Kingma & Ba 2015, Algorithm 1) as torch.optim.Adam computes it: epsilon outside the root, after bias correction.
 * Its state restores bit for bit, which `tf.train.adam` does not offer (positional, rounded powers of beta).
 */

import * as tf from '@tensorflow/tfjs-core';
import { add, div, mul, sub } from '@tensorflow/tfjs-core';
import { ADAM, type AdamAttrs, type AdamInputs } from './kernels.ts';
import { OptimiserSlots } from './optimiser-slots.ts';
import { type FusedKernel, runKernel, type TensorsOf } from './run-kernel.ts';

/** Decay rates and the floor of the denominator. */
export interface AdamOptions {
  /** Decay of the mean of gradients, in [0, 1). */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, in [0, 1). */
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** Everything that an `Adam` holds besides its variables, by the names it was given. */
export interface AdamState {
  /** Steps taken so far. */
  readonly step: number;
  readonly m: Readonly<Record<string, Float32Array>>;
  readonly v: Readonly<Record<string, Float32Array>>;
}

function composeAdam({ variable, m, v, gradient }: TensorsOf<AdamInputs>, attrs: AdamAttrs): tf.Tensor[] {
  const { learningRate, beta1, beta2, epsilon, correction1, correction2 } = attrs;
  const nextM = add(mul(m, beta1), mul(gradient, 1 - beta1));
  const nextV = add(mul(v, beta2), mul(tf.square(gradient), 1 - beta2));
  const denominator = add(mul(tf.sqrt(nextV), 1 / Math.sqrt(correction2)), epsilon);
  const change = div(mul(nextM, learningRate / correction1), denominator);
  return [sub(variable, change), nextM, nextV];
}

const KERNEL: FusedKernel<AdamInputs, AdamAttrs> = { kernelName: ADAM, composed: composeAdam };

export class Adam {
  /** What is trained, by the names that the state uses. */
  readonly variables: Readonly<Record<string, tf.Variable>>;
  readonly #slots: OptimiserSlots<'m' | 'v'>;
  readonly #options: Required<AdamOptions>;
  #step = 0;

  /** @param variables what to train, by the names that the state uses; they stay the caller's to dispose */
  constructor(
    variables: Readonly<Record<string, tf.Variable>>,
    { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {},
  ) {
    this.variables = variables;
    this.#slots = new OptimiserSlots(variables, ['m', 'v']);
    this.#options = { beta1, beta2, epsilon };
  }

  /** Steps taken so far. */
  get step(): number {
    return this.#step;
  }

  /**
   * Moves every variable against its gradient.
   * @param gradients by `variable.name`, as `tf.variableGrads` gives them; they stay the caller's to dispose
   */
  apply(gradients: tf.NamedTensorMap, learningRate: number): void {
    const { beta1, beta2, epsilon } = this.#options;
    this.#step += 1;
    const attrs: AdamAttrs = {
      learningRate,
      beta1,
      beta2,
      epsilon,
      correction1: 1 - beta1 ** this.#step,
      correction2: 1 - beta2 ** this.#step,
    };
    this.#slots.update(gradients, ({ variable, m, v }, gradient) =>
      runKernel(KERNEL, { variable, m, v, gradient }, attrs),
    );
  }

  /** A copy of the state, read back from the backend. */
  async getState(): Promise<AdamState> {
    return { step: this.#step, ...(await this.#slots.read()) };
  }

  /** Continues exactly where `state` was taken. Names and sizes must be those of this optimiser. */
  setState({ step, m, v }: AdamState): void {
    this.#slots.write({ m, v });
    this.#step = step;
  }

  /** Frees the moments. */
  dispose(): void {
    this.#slots.dispose();
  }
}
