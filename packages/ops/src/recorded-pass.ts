/** A forward pass that is recorded now and differentiated later, with other work in between. */

import * as tf from '@tensorflow/tfjs-core';

type Tape = ReturnType<typeof tf.engine>['state']['activeTape'];

export class RecordedPass {
  /** The output of the pass; this object disposes of it. */
  readonly output: tf.Tensor;
  readonly #tape: Tape;

  /** Runs `f` and records its operations. Unlike the function of `tf.variableGrads`, it stays differentiable until it is disposed of. */
  constructor(f: () => tf.Tensor) {
    const { state } = tf.engine();
    const { activeTape, gradientDepth } = state;
    state.activeTape = [];
    state.gradientDepth = 1;
    try {
      this.output = tf.keep(tf.tidy(f));
      this.#tape = state.activeTape;
    } finally {
      state.activeTape = activeTape;
      state.gradientDepth = gradientDepth;
    }
  }

  /**
   * The gradients of ⟨output, direction⟩ by `variable.name`, as `tf.variableGrads` gives them. Frees the record, so call it once, and not
   * inside another gradient.
   */
  gradients(direction: tf.Tensor, variables: readonly tf.Variable[]): tf.NamedTensorMap {
    const engine = tf.engine();
    const replay = () => {
      engine.state.activeTape.push(...this.#tape);
      return this.output;
    };
    const { grads } = engine.gradients(replay, [...variables], direction);
    return Object.fromEntries(variables.map(({ name }, i) => [name, grads[i]!]));
  }

  /** Frees the output, and the record if no gradient was computed. */
  dispose(): void {
    this.output.dispose();
    for (const { saved } of this.#tape) tf.dispose(saved?.filter(({ isDisposed }) => !isDisposed) ?? []);
  }
}
