/** Softmax, local response normalisation, and batch normalisation in inference. */

import type {
  FusedBatchNormAttrs,
  FusedBatchNormInputs,
  KernelConfig,
  LRNAttrs,
  LRNGradAttrs,
  LRNGradInputs,
  LRNInputs,
  SoftmaxAttrs,
  SoftmaxInputs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { FusedBatchNorm, LRN, LRNGrad, Softmax, util } from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { callCpuKernel, defineKernel } from '../kernel.ts';
import { applyBatchNorm } from './batch-norm.ts';
import { assertSizes } from './sizes.ts';

const softmax = nativeFunction<(x: Float32Array, out: Float32Array, rows: number, length: number) => void>('softmax');
const softmaxKernel = defineKernel<SoftmaxInputs, SoftmaxAttrs>(Softmax, (call) => {
  const { inputs, attrs, backend } = call;
  const { logits } = inputs;
  const last = logits.shape.length - 1;
  const overLast = attrs.dim === -1 || attrs.dim === last;
  const size = util.sizeFromShape(logits.shape);
  if (logits.dtype !== 'float32' || !overLast || size === 0) return callCpuKernel(Softmax, call);
  const out = backend.allocate(logits.shape, 'float32');
  const length = logits.shape[last] ?? 1;
  softmax(backend.floats(logits), backend.floats(out), size / length, length);
  return out;
});

type LrnSizes = [pixels: number, channels: number, radius: number, bias: number, alpha: number, beta: number];

function lrnSizes(x: TensorInfo, { depthRadius, bias, alpha, beta }: LRNAttrs): LrnSizes {
  const channels = x.shape.at(-1)!;
  return [util.sizeFromShape(x.shape) / channels, channels, depthRadius, bias, alpha, beta];
}

/** norm^−β is computed as exp(−β·log norm), which is undefined for β = 0 and norm = 0; a radius must be whole. */
function isPlainLrn(x: TensorInfo, { beta, depthRadius }: LRNAttrs): boolean {
  const isPlain = beta > 0 && Number.isInteger(depthRadius) && depthRadius >= 0;
  return isPlain && x.dtype === 'float32' && util.sizeFromShape(x.shape) > 0;
}

const lrn = nativeFunction<(x: Float32Array, out: Float32Array, ...sizes: LrnSizes) => void>('lrn');
const lrnKernel = defineKernel<LRNInputs, LRNAttrs>(LRN, (call) => {
  const { inputs, attrs, backend } = call;
  const { x } = inputs;
  if (!isPlainLrn(x, attrs)) return callCpuKernel(LRN, call);
  const out = backend.allocate(x.shape, 'float32');
  lrn(backend.floats(x), backend.floats(out), ...lrnSizes(x, attrs));
  return out;
});

type LrnGradient = (dy: Float32Array, x: Float32Array, y: Float32Array, dx: Float32Array, ...sizes: LrnSizes) => void;
const lrnGradient = nativeFunction<LrnGradient>('lrnGradient');
const lrnGradKernel = defineKernel<LRNGradInputs, LRNGradAttrs>(LRNGrad, (call) => {
  const { inputs, attrs, backend } = call;
  const { x, y, dy } = inputs;
  if (!isPlainLrn(x, attrs) || dy.dtype !== 'float32' || y.dtype !== 'float32') return callCpuKernel(LRNGrad, call);
  assertSizes(LRNGrad, x.shape, { y, dy });
  const dx = backend.allocate(x.shape, 'float32');
  lrnGradient(backend.floats(dy), backend.floats(x), backend.floats(y), backend.floats(dx), ...lrnSizes(x, attrs));
  return dx;
});

const fusedBatchNormKernel = defineKernel<FusedBatchNormInputs, FusedBatchNormAttrs>(FusedBatchNorm, (call) => {
  const { inputs, attrs, backend } = call;
  const { x, mean, variance } = inputs;
  const scale: TensorInfo | undefined = inputs.scale ?? undefined;
  const offset: TensorInfo | undefined = inputs.offset ?? undefined;
  const channels = x.shape.at(-1) ?? 1;
  const parameters = [mean, variance, ...(scale ? [scale] : []), ...(offset ? [offset] : [])];
  const perChannel = parameters.every(
    ({ shape, dtype }) =>
      dtype === 'float32' && shape.length === mean.shape.length && util.sizeFromShape(shape) === channels,
  );
  if (!perChannel || x.dtype !== 'float32' || util.sizeFromShape(x.shape) === 0) {
    return callCpuKernel(FusedBatchNorm, call);
  }
  const epsilon = attrs.varianceEpsilon ?? 0.001;
  return applyBatchNorm(backend, { x, gamma: scale, beta: offset, mean, variance }, { epsilon });
});

export const NORMALIZATION_KERNELS: readonly KernelConfig[] = [
  softmaxKernel,
  lrnKernel,
  lrnGradKernel,
  fusedBatchNormKernel,
];
