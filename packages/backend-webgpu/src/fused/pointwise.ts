/** Fused kernels that treat each number alone: the optimisers, moving averages, the gradient of rectifiers. */

import type {
  AdamAttrs,
  AdamInputs,
  RectifierGradAttrs,
  RectifierGradInputs,
  RmsPropAttrs,
  RmsPropInputs,
  WeightedSumAttrs,
  WeightedSumInputs,
} from '@t2i/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type FusedRunner, runFused } from './program.ts';

/** decay·old + (1 − decay)·new, of gradients and of their squares. */
const MEAN = 'return uniforms.decay * getOld(index) + (1.0 - uniforms.decay) * getGradient(index);';
const MEAN_OF_SQUARES = `let g = getGradient(index);
return uniforms.decay * getOld(index) + (1.0 - uniforms.decay) * g * g;`;

function meanOfSquares(backend: FusedRunner, old: TensorInfo, gradient: TensorInfo, decay: number): TensorInfo {
  const call = { inputs: { old, gradient }, floats: { decay }, shape: old.shape };
  return runFused(backend, { name: 'meanOfSquares', ...call, code: MEAN_OF_SQUARES });
}

/** Three programs: one has one result. */
export function adam(backend: FusedRunner, { variable, m, v, gradient }: AdamInputs, attrs: AdamAttrs): TensorInfo[] {
  const { learningRate, beta1, beta2, epsilon, correction1, correction2 } = attrs;
  const { shape } = variable;
  const nextM = runFused(backend, {
    ...{ name: 'movingMean', inputs: { old: m, gradient }, floats: { decay: beta1 }, shape },
    code: MEAN,
  });
  const nextV = meanOfSquares(backend, v, gradient, beta2);
  const next = runFused(backend, {
    ...{ name: 'adam', inputs: { variable, m: nextM, v: nextV }, shape },
    floats: { rate: learningRate / correction1, scale: 1 / Math.sqrt(correction2), epsilon },
    code: 'return getVariable(index) - uniforms.rate * getM(index) / (sqrt(getV(index)) * uniforms.scale + uniforms.epsilon);',
  });
  return [next, nextM, nextV];
}

export function rmsProp(
  backend: FusedRunner,
  { variable, meanSquare, gradient }: RmsPropInputs,
  { learningRate: rate, decay, epsilon }: RmsPropAttrs,
): TensorInfo[] {
  const next = meanOfSquares(backend, meanSquare, gradient, decay);
  const moved = runFused(backend, {
    ...{ name: 'rmsProp', inputs: { variable, gradient, meanSquare: next }, shape: variable.shape },
    floats: { rate, epsilon },
    code: 'return getVariable(index) - uniforms.rate * getGradient(index) / (sqrt(getMeanSquare(index)) + uniforms.epsilon);',
  });
  return [moved, next];
}

export function weightedSum(
  backend: FusedRunner,
  { a, b }: WeightedSumInputs,
  { weightA, weightB }: WeightedSumAttrs,
): TensorInfo[] {
  const code = 'return uniforms.weightA * getA(index) + uniforms.weightB * getB(index);';
  const call = { name: 'weightedSum', inputs: { a, b }, floats: { weightA, weightB }, shape: a.shape };
  return [runFused(backend, { ...call, code })];
}

export function rectifierGrad(
  backend: FusedRunner,
  { dy, x }: RectifierGradInputs,
  { alpha }: RectifierGradAttrs,
): TensorInfo[] {
  const code = 'return getDy(index) * select(uniforms.alpha, 1.0, getX(index) > 0.0);';
  return [runFused(backend, { name: 'rectifierGrad', inputs: { dy, x }, floats: { alpha }, shape: x.shape, code })];
}
