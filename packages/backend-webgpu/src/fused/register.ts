/** Registers the fused kernels of `@t2i/ops`, which replace compositions of dozens of stock kernels. */

import { ADAM, BATCH_NORM_TRAINING, BATCH_NORM_TRAINING_GRAD, RECTIFIER_GRAD, RMS_PROP, WEIGHTED_SUM } from '@t2i/ops';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import { registerKernel } from '@tensorflow/tfjs-core';
import { WEBGPU } from '../kernel.ts';
import { batchNormTraining, batchNormTrainingGrad } from './batch-norm.ts';
import { adam, rectifierGrad, rmsProp, weightedSum } from './pointwise.ts';
import type { FusedRunner } from './program.ts';

/** Call once, before the first use of any of them. */
export function registerFusedKernels(): void {
  register(ADAM, adam);
  register(BATCH_NORM_TRAINING, batchNormTraining);
  register(BATCH_NORM_TRAINING_GRAD, batchNormTrainingGrad);
  register(RECTIFIER_GRAD, rectifierGrad);
  register(RMS_PROP, rmsProp);
  register(WEIGHTED_SUM, weightedSum);
}

function register<Inputs, Attrs>(
  kernelName: string,
  kernel: (backend: FusedRunner, inputs: Inputs, attrs: Attrs) => TensorInfo[],
): void {
  const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) =>
    kernel(backend as FusedRunner, inputs as Inputs, attrs as Attrs);
  registerKernel({ kernelName, backendName: WEBGPU, kernelFunc });
}
