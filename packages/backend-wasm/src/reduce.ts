/**
 * `Sum` and `Mean` over axes before the last one (batch-norm statistics, bias gradients).
 * The backend transposes the whole tensor for them; its average pooling adds rows in place, ten times as fast.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { MeanInputs, SumAttrs, SumInputs, TensorInfo } from '@tensorflow/tfjs-core';
import { AvgPool, backend_util, util } from '@tensorflow/tfjs-core';
import { floatsOf, free, type Kernel, run, viewAs } from './kernel.ts';

/** Rows added by one pooling: a power of two, so that its division and our multiplication cancel exactly. */
const MAX_POOL = 128;
/** Fewer rows than this are added here, in float64. */
const FEW_ROWS = 32;

/** Wraps the backend's `Sum`, which still runs for other types and for the last axis. */
export function sum(original: Kernel<SumInputs, SumAttrs>): Kernel<SumInputs, SumAttrs> {
  return (call) => reduceRows(call, () => 1) ?? original(call);
}

/** Wraps the backend's `Mean`, like {@link sum}. */
export function mean(original: Kernel<MeanInputs, SumAttrs>): Kernel<MeanInputs, SumAttrs> {
  return (call) => reduceRows(call, (rows) => rows) ?? original(call);
}

/** Sums over the reduced axes, divided by `divisor(rows)`; undefined if the backend's kernel is to be used. */
function reduceRows(
  { inputs: { x }, attrs: { axis, keepDims }, backend }: Parameters<Kernel<SumInputs, SumAttrs>>[0],
  divisor: (rows: number) => number,
): TensorInfo | undefined {
  const axes = util.parseAxisParam(axis, x.shape).sort((a, b) => a - b);
  const first = axes[0] ?? 0;
  const consecutive = axes.every((reduced, i) => reduced === first + i);
  const outer = util.sizeFromShape(x.shape.slice(0, first));
  const rows = util.sizeFromShape(x.shape.slice(first, first + axes.length));
  const inner = util.sizeFromShape(x.shape.slice(first + axes.length));
  if (x.dtype !== 'float32' || !consecutive || inner <= 1 || outer * rows === 0) return undefined;

  const [outShape] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  const shape = keepDims ? backend_util.expandShapeToKeepDim(outShape, axes) : outShape;
  const out = backend.makeOutput(shape, 'float32');
  let partial = viewAs(x, [outer, rows, 1, inner]);
  let scale = 1;
  for (let pool = poolOf(partial); pool > 1; pool = poolOf(partial)) {
    const pooled = poolRows(backend, partial, pool);
    if (partial.dataId !== x.dataId) free(backend, partial);
    partial = pooled;
    scale *= pool;
  }
  addRows(floatsOf(backend, partial), floatsOf(backend, out), partial.shape[1]!, inner, scale / divisor(rows));
  if (partial.dataId !== x.dataId) free(backend, partial);
  return out;
}

/** The number of rows of [outer, rows, 1, inner] to add at once; 1 for none. */
function poolOf({ shape }: TensorInfo): number {
  let rows = shape[1]!;
  let pool = 1;
  while (rows > FEW_ROWS && rows % 2 === 0 && pool < MAX_POOL) {
    rows /= 2;
    pool *= 2;
  }
  return pool;
}

/** [outer, rows, 1, inner] → [outer, rows/pool, 1, inner], means of `pool` rows each. */
function poolRows(backend: BackendWasm, x: TensorInfo, pool: number): TensorInfo {
  const [outer, rows, , inner] = x.shape as [number, number, number, number];
  const images = viewAs(x, [(outer * rows) / pool, pool, 1, inner]);
  const pooled = run(backend, AvgPool, { x: images }, { filterSize: [pool, 1], strides: [pool, 1], pad: 'valid' });
  return { ...pooled, shape: [outer, rows / pool, 1, inner] };
}

/** out[o, i] = scale · Σ_r x[o, r, i], accumulated in float64. */
function addRows(x: Float32Array, out: Float32Array, rows: number, inner: number, scale: number): void {
  const total = new Float64Array(inner);
  for (let target = 0, source = 0; target < out.length; target += inner) {
    total.fill(0);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < inner; i++) total[i] = total[i]! + x[source++]!;
    }
    for (let i = 0; i < inner; i++) out[target + i] = total[i]! * scale;
  }
}
