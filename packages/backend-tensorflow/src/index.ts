export type { TensorflowBackend } from './package-names.ts';
export { startTensorflow } from './start-tensorflow.ts';
