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
import { callCpuKernel, defineKernel, type RuleCall } from '../kernel.ts';
import { checkNumbers, checkRank, checkShape, oneAxis } from '../sizes.ts';
import { applyBatchNorm } from './batch-norm.ts';

const softmax = nativeFunction<(x: Float32Array, out: Float32Array, rows: number, length: number) => void>('softmax');
/** True when the sum is over the last axis. */
function softmaxRule({ inputs: { logits }, attrs }: RuleCall<SoftmaxInputs, SoftmaxAttrs>): boolean {
  return logits.shape.length > 0 && oneAxis(attrs.dim, logits.shape) === logits.shape.length - 1;
}
const softmaxKernel = defineKernel(Softmax, softmaxRule, (call) => {
  const { inputs, backend, plan: overLast } = call;
  const { logits } = inputs;
  const size = util.sizeFromShape(logits.shape);
  if (logits.dtype !== 'float32' || !overLast || size === 0) return callCpuKernel(Softmax, call);
  const out = backend.allocate(logits.shape, 'float32');
  const length = logits.shape.at(-1)!;
  softmax(backend.floats(logits), backend.floats(out), size / length, length);
  return out;
});

type LrnSizes = [pixels: number, channels: number, radius: number, bias: number, alpha: number, beta: number];

/** Limits the window: one that exceeds the channels on both sides gives the same result. */
function lrnSizes(x: TensorInfo, { depthRadius, bias, alpha, beta }: LRNAttrs): LrnSizes {
  const channels = x.shape.at(-1)!;
  return [util.sizeFromShape(x.shape) / channels, channels, Math.min(depthRadius, channels), bias, alpha, beta];
}

function lrnRule({ inputs, attrs }: RuleCall<LRNInputs, LRNAttrs>): void {
  checkNumbers({ ...attrs });
  checkRank('x', inputs.x.shape, 4);
}

function lrnGradRule({ inputs: { x, y, dy }, attrs }: RuleCall<LRNGradInputs, LRNGradAttrs>): void {
  checkNumbers({ ...attrs });
  checkRank('x', x.shape, 4);
  checkShape('y', y, x.shape);
  checkShape('dy', dy, x.shape);
}

/** norm^−β is computed as exp(−β·log norm), which is undefined for β = 0 and for norms below 0; a radius must be whole. */
function isPlainLrn(x: TensorInfo, { beta, bias, alpha, depthRadius }: LRNAttrs): boolean {
  const finite = [beta, bias, alpha].every((number) => Number.isFinite(Math.fround(number)));
  const isPlain = finite && beta > 0 && bias > 0 && alpha >= 0 && Number.isInteger(depthRadius) && depthRadius >= 0;
  return isPlain && x.dtype === 'float32' && util.sizeFromShape(x.shape) > 0;
}

const lrn = nativeFunction<(x: Float32Array, out: Float32Array, ...sizes: LrnSizes) => void>('lrn');
const lrnKernel = defineKernel(LRN, lrnRule, (call) => {
  const { inputs, attrs, backend } = call;
  const { x } = inputs;
  if (!isPlainLrn(x, attrs)) return callCpuKernel(LRN, call);
  const out = backend.allocate(x.shape, 'float32');
  lrn(backend.floats(x), backend.floats(out), ...lrnSizes(x, attrs));
  return out;
});

type LrnGradient = (dy: Float32Array, x: Float32Array, y: Float32Array, dx: Float32Array, ...sizes: LrnSizes) => void;
const lrnGradient = nativeFunction<LrnGradient>('lrnGradient');
const lrnGradKernel = defineKernel(LRNGrad, lrnGradRule, (call) => {
  const { inputs, attrs, backend } = call;
  const { x, y, dy } = inputs;
  if (!isPlainLrn(x, attrs) || dy.dtype !== 'float32' || y.dtype !== 'float32') return callCpuKernel(LRNGrad, call);
  const dx = backend.allocate(x.shape, 'float32');
  lrnGradient(backend.floats(dy), backend.floats(x), backend.floats(y), backend.floats(dx), ...lrnSizes(x, attrs));
  return dx;
});

type FusedBatchNormCall = RuleCall<FusedBatchNormInputs, FusedBatchNormAttrs>;

/** The given scale and offset, and whether every parameter is a row of one number per channel. */
function fusedBatchNormRule({ inputs, attrs }: FusedBatchNormCall) {
  const { x, mean, variance } = inputs;
  checkNumbers({ varianceEpsilon: attrs.varianceEpsilon ?? 0.001 });
  const scale: TensorInfo | undefined = inputs.scale ?? undefined;
  const offset: TensorInfo | undefined = inputs.offset ?? undefined;
  const channels = x.shape.at(-1) ?? 1;
  const parameters = [mean, variance, ...(scale ? [scale] : []), ...(offset ? [offset] : [])];
  const perChannel = parameters.every(
    ({ shape, dtype }) =>
      dtype === 'float32' && shape.length === mean.shape.length && util.sizeFromShape(shape) === channels,
  );
  return { scale, offset, perChannel };
}

const fusedBatchNormKernel = defineKernel(FusedBatchNorm, fusedBatchNormRule, (call) => {
  const { inputs, attrs, backend, plan } = call;
  const { x, mean, variance } = inputs;
  if (!plan.perChannel || x.dtype !== 'float32' || util.sizeFromShape(x.shape) === 0) {
    return callCpuKernel(FusedBatchNorm, call);
  }
  const epsilon = attrs.varianceEpsilon ?? 0.001;
  return applyBatchNorm(backend, { x, gamma: plan.scale, beta: plan.offset, mean, variance }, { epsilon });
});

export const NORMALIZATION_KERNELS: readonly KernelConfig[] = [
  softmaxKernel,
  lrnKernel,
  lrnGradKernel,
  fusedBatchNormKernel,
];
