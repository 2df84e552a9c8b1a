/** `Prod` of a small tensor, which the backend computes on the CPU and there forgets `keepDims`. */

import type { ProdAttrs, ProdInputs } from '@tensorflow/tfjs-core';
import { backend_util, util } from '@tensorflow/tfjs-core';
import type { WebgpuKernel } from './kernel.ts';

type Prod = WebgpuKernel<ProdInputs, ProdAttrs>;

/** Wraps the backend's `Prod`. */
export function prod(original: Prod): Prod {
  return (call) => {
    const product = original(call);
    if (!call.attrs.keepDims) return product;
    const { shape } = call.inputs.x;
    const axes = util.parseAxisParam(call.attrs.axis, shape);
    const [reduced] = backend_util.computeOutAndReduceShapes(shape, axes);
    return { ...product, shape: backend_util.expandShapeToKeepDim(reduced, axes) };
  };
}
