/** Pointwise kernels that the backend computes one element at a time or with a needless copy. */

import type {
  CastAttrs,
  CastInputs,
  IdentityInputs,
  LeakyReluAttrs,
  LeakyReluInputs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { Fill, Identity, Multiply, NotEqual, Step } from '@tensorflow/tfjs-core';
import { free, type Kernel, run, viewAs } from './kernel.ts';

/** x > 0 ? x : alpha·x as x·step(x): two vectorised passes are ten times as fast as the backend's single one. */
export function leakyRelu(original: Kernel<LeakyReluInputs, LeakyReluAttrs>): Kernel<LeakyReluInputs, LeakyReluAttrs> {
  return (call) => {
    const { inputs, attrs, backend } = call;
    const { x } = inputs;
    if (x.dtype !== 'float32') return original(call);
    const slope = run(backend, Step, { x }, { alpha: attrs.alpha });
    const y = run(backend, Multiply, { a: x, b: slope });
    free(backend, slope);
    return y;
  };
}

/** Shares the memory (which is counted) instead of copying it: `clone`, and casts that change nothing. */
export function identity(original: Kernel<IdentityInputs>): Kernel<IdentityInputs> {
  return (call): TensorInfo => {
    const { inputs, backend } = call;
    const { x } = inputs;
    if (x.dtype === 'string') return original(call);
    backend.incRef(x.dataId);
    return viewAs(x, x.shape);
  };
}

/**
 * Shares the memory if there is nothing to convert (a rectifier's gradient casts float32 to float32).
 * A cast to bool tests for values other than 0; the backend would keep the lowest byte of the integer part.
 */
export function cast(original: Kernel<CastInputs, CastAttrs>): Kernel<CastInputs, CastAttrs> {
  return (call) => {
    const { inputs, attrs, backend } = call;
    const { x } = inputs;
    if (x.dtype === attrs.dtype) return run(backend, Identity, { x });
    if (attrs.dtype !== 'bool') return original(call);
    const zero = run(backend, Fill, {}, { shape: [], value: 0, dtype: x.dtype });
    const out = run(backend, NotEqual, { a: x, b: zero });
    free(backend, zero);
    return out;
  };
}
