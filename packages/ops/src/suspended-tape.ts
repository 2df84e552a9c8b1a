/** Work inside a gradient's forward function that the gradient must not see. */

import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs `f` as if no gradient were being recorded. Its operations stay off the surrounding tape, and it may compute
 * its own gradients (`tf.variableGrads`, `tf.grad`), which then are first-order and free their tape at once.
 * Tensors of the surrounding tape are constants inside `f`. `f` must be synchronous.
 */
export function withSuspendedTape<T>(f: () => T): T {
  const state = tf.engine().state;
  const { activeTape, gradientDepth } = state;
  state.activeTape = [];
  state.gradientDepth = 0;
  try {
    return f();
  } finally {
    state.activeTape = activeTape;
    state.gradientDepth = gradientDepth;
  }
}
