/** The fused batch normalisation of `@t2i/ops` in training mode, and its gradient (Ioffe and Szegedy 2015). */

import type {
  BatchNormTrainingAttrs,
  BatchNormTrainingGradInputs,
  BatchNormTrainingInputs,
  RectifierName,
} from '@t2i/ops';
import { BATCH_NORM_TRAINING, BATCH_NORM_TRAINING_GRAD } from '@t2i/ops';
import type { KernelConfig, TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import { nativeFunction } from '../binding.ts';
import { defineKernel, type RuleCall } from '../kernel.ts';
import { demand } from '../kernel-error.ts';
import type { NativeBackend } from '../native-backend.ts';
import { checkNumbers, checkShapes } from '../sizes.ts';

/** The numbers of the rectifiers in native/kernels/batch-norm.cc. */
const RECTIFIERS: Readonly<Record<RectifierName, number>> = { linear: 0, relu: 1, leakyRelu: 2 };

type Moments = (x: Float32Array, mean: Float32Array, variance: Float32Array, rows: number, channels: number) => void;
const batchNormMoments = nativeFunction<Moments>('batchNormMoments');

type Apply = (
  x: Float32Array,
  out: Float32Array,
  gamma: Float32Array | undefined,
  beta: Float32Array | undefined,
  mean: Float32Array,
  variance: Float32Array,
  ...numbers: number[]
) => void;
const batchNormApply = nativeFunction<Apply>('batchNormApply');
const batchNormGradient = nativeFunction<(...arrays: (Float32Array | number)[]) => void>('batchNormGradient');

/** [rows, channels] of a tensor normalised over its last axis. */
function matrixOf(x: TensorInfo): [rows: number, channels: number] {
  const channels = x.shape.at(-1) ?? 1;
  return [channels === 0 ? 0 : util.sizeFromShape(x.shape) / channels, channels];
}

function rectifierOf({ activation = 'linear', alpha = 0 }: Partial<BatchNormTrainingAttrs>): number[] {
  return [RECTIFIERS[activation], alpha];
}

function checkAttributes({ x }: { readonly x: TensorInfo }, attrs: BatchNormTrainingAttrs): void {
  const { activation, alpha, epsilon } = attrs;
  demand(x.shape.length > 0, () => 'x is a scalar, expected channels on its last axis');
  checkNumbers({ epsilon, alpha });
  demand(epsilon >= 0, () => `epsilon is ${epsilon}, expected 0 or more`);
  demand(Object.hasOwn(RECTIFIERS, activation), () => `unknown activation "${activation}"`);
}

interface BatchNormParameters {
  readonly x: TensorInfo;
  readonly gamma: TensorInfo | undefined;
  readonly beta: TensorInfo | undefined;
  readonly mean: TensorInfo;
  readonly variance: TensorInfo;
}

/** act(γ·(x − mean)/√(variance + ε) + β) of float32 tensors; every parameter has as many elements as x has channels. */
export function applyBatchNorm(
  backend: NativeBackend,
  { x, gamma, beta, mean, variance }: BatchNormParameters,
  attrs: Partial<BatchNormTrainingAttrs> & { readonly epsilon: number },
): TensorInfo {
  const out = backend.allocate(x.shape, 'float32');
  batchNormApply(
    backend.floats(x),
    backend.floats(out),
    gamma && backend.floats(gamma),
    beta && backend.floats(beta),
    backend.floats(mean),
    backend.floats(variance),
    ...matrixOf(x),
    attrs.epsilon,
    ...rectifierOf(attrs),
  );
  return out;
}

function trainingRule({ inputs, attrs }: RuleCall<BatchNormTrainingInputs, BatchNormTrainingAttrs>) {
  const [rows, channels] = matrixOf(inputs.x);
  checkShapes([channels], { gamma: inputs.gamma, beta: inputs.beta });
  checkAttributes(inputs, attrs);
  return { rows, channels };
}

const trainingKernel = defineKernel(BATCH_NORM_TRAINING, trainingRule, ({ inputs, attrs, backend, plan }) => {
  const { x } = inputs;
  const { rows, channels } = plan;
  const mean = backend.allocate([channels], 'float32');
  const variance = backend.allocate([channels], 'float32');
  batchNormMoments(backend.floats(x), backend.floats(mean), backend.floats(variance), rows, channels);
  return [applyBatchNorm(backend, { ...inputs, mean, variance }, attrs), mean, variance];
});

function gradientRule({ inputs, attrs }: RuleCall<BatchNormTrainingGradInputs, BatchNormTrainingAttrs>) {
  const { dy, x, gamma, beta, mean, variance } = inputs;
  const [rows, channels] = matrixOf(x);
  checkShapes(x.shape, { dy });
  checkShapes([channels], { gamma, beta, mean, variance });
  checkAttributes(inputs, attrs);
  return { rows, channels };
}

const gradientKernel = defineKernel(BATCH_NORM_TRAINING_GRAD, gradientRule, ({ inputs, attrs, backend, plan }) => {
  const { dy, x, gamma, beta, mean, variance } = inputs;
  const outputs = [x, gamma, beta].map(({ shape }) => backend.allocate(shape, 'float32'));
  batchNormGradient(
    ...[dy, x, gamma, beta, mean, variance, ...outputs].map((tensor) => backend.floats(tensor)),
    plan.rows,
    plan.channels,
    attrs.epsilon,
    ...rectifierOf(attrs),
  );
  return outputs;
});

export const BATCH_NORM_KERNELS: readonly KernelConfig[] = [trainingKernel, gradientKernel];
