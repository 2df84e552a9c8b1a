/**
 * Adam (Kingma & Ba 2015, Algorithm 1) as torch.optim.Adam computes it: epsilon outside the root, after bias correction.
 * Its state restores bit for bit, which `tf.train.adam` does not offer (positional, rounded powers of beta).
 */

import type { NamedTensor, StateDict, TensorKind } from '@t2i/core';
import * as tf from '@tensorflow/tfjs-core';
import { add, div, mul, sub } from '@tensorflow/tfjs-core';
import { ADAM, type AdamAttrs, type AdamInputs } from './kernels.ts';
import { OptimiserSlots } from './optimiser-slots.ts';
import { type FusedKernel, runKernel, type TensorsOf } from './run-kernel.ts';
import type { NamedVariables, Optimiser } from './training-state.ts';

export interface AdamOptions {
  /** Its name in a state, if several optimisers share one; the count of steps is `adam/<name>/step`. Default `all`. */
  readonly name?: string;
  /** Decay of the mean of gradients, in [0, 1). */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, in [0, 1). */
  readonly beta2?: number;
  readonly epsilon?: number;
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

export class Adam implements Optimiser {
  readonly variables: NamedVariables;
  readonly #slots: OptimiserSlots<'m' | 'v'>;
  readonly #options: Readonly<Record<'beta1' | 'beta2' | 'epsilon', number>>;
  readonly #stepName: string;
  #step = 0;

  /** @param variables the variables to train; the moments of the variable `x` are `adam/x/m` and `adam/x/v` in a state */
  constructor(
    variables: NamedVariables,
    { name = 'all', beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {},
  ) {
    this.variables = variables;
    this.#slots = new OptimiserSlots(variables, { m: (x) => `adam/${x}/m`, v: (x) => `adam/${x}/v` });
    this.#stepName = `adam/${name}/step`;
    this.#options = { beta1, beta2, epsilon };
  }

  /** Steps taken so far. */
  get step(): number {
    return this.#step;
  }

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

  stateKinds(): Record<string, TensorKind> {
    return { ...this.#slots.kinds(), [this.#stepName]: { dtype: 'I32', shape: [1] } };
  }

  async getState(): Promise<Record<string, NamedTensor>> {
    const step = Int32Array.of(this.#step);
    return { ...(await this.#slots.read()), [this.#stepName]: { dtype: 'I32', shape: [1], data: step } };
  }

  setState(tensors: StateDict['tensors']): void {
    this.#slots.write(tensors);
    this.#step = tensors[this.#stepName]!.data[0]!;
  }

  dispose(): void {
    this.#slots.dispose();
  }
}
