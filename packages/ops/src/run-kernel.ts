/** Runs a fused kernel by name, either the current backend's own or the composed one. */

import * as tf from '@tensorflow/tfjs-core';

/** The tensors of a kernel's inputs `I`, whose contract describes them as a backend sees them. */
export type TensorsOf<I> = { readonly [name in keyof I]: tf.Tensor };

/** A fused kernel: its name, the composition that replaces it, and its gradient if it has one. */
export interface FusedKernel<I, A> {
  readonly kernelName: string;
  /** The kernel in stock operations, which runs on every backend. Everything but its outputs is freed. */
  readonly composed: (inputs: TensorsOf<I>, attrs: A) => tf.Tensor[];
  readonly gradient?: Omit<tf.GradConfig, 'kernelName'>;
}

/**
 * Runs `kernel` on the current backend. A backend without a kernel of that name gets the composition registered
 * under it, so that tape, profile and memory accounting see one kernel everywhere.
 */
export function runKernel<I, A>(kernel: FusedKernel<I, A>, inputs: TensorsOf<I>, attrs: A): tf.Tensor[] {
  const { kernelName, composed, gradient } = kernel;
  const backendName = tf.getBackend();
  if (tf.getKernel(kernelName, backendName) === undefined) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => tf.tidy(() => composed(inputs as TensorsOf<I>, attrs as A)),
    });
  }
  if (gradient !== undefined && tf.getGradient(kernelName) === undefined) {
    tf.registerGradient({ kernelName, ...gradient });
  }
  return tf.engine().runKernel(kernelName, inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap);
}
