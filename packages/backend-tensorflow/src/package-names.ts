/** The backends that are TensorFlow's C library behind an addon. */
export type TensorflowBackend = 'node' | 'node-gpu';

/** The package of each. */
export const PACKAGE_NAMES: Readonly<Record<TensorflowBackend, string>> = {
  node: '@tensorflow/tfjs-node',
  'node-gpu': '@tensorflow/tfjs-node-gpu',
};
