/**
 * Adam (Kingma & Ba 2015, Algorithm 1) as torch.optim.Adam computes it: epsilon outside the root, after bias correction.
 * Its state restores bit for bit, which `tf.train.adam` does not offer (positional, rounded powers of beta).
 */

import * as tf from '@tensorflow/tfjs-core';
import { add, div, mul, sub } from '@tensorflow/tfjs-core';
import { ADAM, type AdamAttrs, type AdamInputs } from './kernels.ts';
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

interface Slot {
  readonly variable: tf.Variable;
  readonly m: tf.Variable;
  readonly v: tf.Variable;
}

export class Adam {
  /** What is trained, by the names that the state uses. */
  readonly variables: Readonly<Record<string, tf.Variable>>;
  readonly #slots: ReadonlyMap<string, Slot>;
  readonly #options: Required<AdamOptions>;
  #step = 0;

  /** @param variables what to train, by the names that the state uses; they stay the caller's to dispose */
  constructor(
    variables: Readonly<Record<string, tf.Variable>>,
    { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {},
  ) {
    this.variables = variables;
    const moment = (variable: tf.Variable) => tf.tidy(() => tf.variable(tf.zerosLike(variable), false));
    this.#slots = new Map(
      Object.entries(variables).map(([name, variable]) => [
        name,
        { variable, m: moment(variable), v: moment(variable) },
      ]),
    );
    this.#options = { beta1, beta2, epsilon };
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
    for (const [name, { variable, m, v }] of this.#slots) {
      const gradient = gradients[variable.name];
      tf.util.assert(gradient !== undefined, () => `Adam: no gradient for ${name}`);
      tf.tidy(() => {
        const next = runKernel(KERNEL, { variable, m, v, gradient: gradient! }, attrs);
        [variable, m, v].forEach((old, i) => {
          old.assign(next[i]!);
        });
      });
    }
  }

  /** A copy of the state, read back from the engine. */
  async getState(): Promise<AdamState> {
    const read = async (moment: 'm' | 'v') => {
      const entries = [...this.#slots].map(async ([name, slot]) => {
        const values = (await slot[moment].data()) as Float32Array;
        return [name, values.slice()] as const; // some engines give out their own memory
      });
      return Object.fromEntries(await Promise.all(entries));
    };
    return { step: this.#step, m: await read('m'), v: await read('v') };
  }

  /** Continues exactly where `state` was taken. Names and sizes must be those of this optimiser. */
  setState(state: AdamState): void {
    for (const [name, { variable }] of this.#slots) {
      const sizes = [state.m[name]?.length, state.v[name]?.length];
      tf.util.assert(
        sizes.every((size) => size === variable.size),
        () => `Adam: the state has ${sizes} moments for ${name}, which has ${variable.size} values`,
      );
    }
    tf.tidy(() => {
      for (const [name, { m, v }] of this.#slots) {
        m.assign(tf.tensor(state.m[name]!.slice(), m.shape));
        v.assign(tf.tensor(state.v[name]!.slice(), v.shape));
      }
    });
    this.#step = state.step;
  }

  /** Frees the moments. */
  dispose(): void {
    for (const { m, v } of this.#slots.values()) tf.dispose([m, v]);
  }
}
