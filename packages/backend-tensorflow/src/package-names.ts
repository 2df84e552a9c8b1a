/** The backends that run TensorFlow's C library through an addon. */
export type TensorflowBackend = 'node' | 'node-gpu';

/** The package of each. */
export const PACKAGE_NAMES: Readonly<Record<TensorflowBackend, string>> = {
  node: '@tensorflow/tfjs-node',
  'node-gpu': '@tensorflow/tfjs-node-gpu',
};
