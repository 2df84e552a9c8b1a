/**
 * Products of matrices that are not stored, such as the windows of a convolution: each number is read from its source.
 * A workgroup computes a tile of the result. If the result has few tiles, several workgroups share the sum of one.
 */

import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import type { FusedRunner } from '../fused/program.ts';
import { sumOfParts } from '../fused/sum-of-parts.ts';

/** Rows and columns of a tile; each of 16 × 16 threads computes 4 × 4 numbers. */
const TILE = 64;
/** The part of the inner dimension that is in the workgroup's memory at once. */
const DEPTH = 16;
const THREADS = 256;
const LOADS = (TILE * DEPTH) / THREADS;
/** Groups of four numbers in a row of a tile, and one more, so that threads that write into a column use different banks of memory. */
const STRIDE = TILE / 4 + 1;
/** This number of workgroups keeps a card busy; sums are shared until there are as many. */
const WORKGROUPS = 512;
/** Minimum number of steps of `DEPTH` in a shared sum. */
const SHORTEST = 8;
/** Maximum of each dimension of a dispatch, by WebGPU's default limit. */
const MOST_WORKGROUPS = 65_535;

/** A factor of the product. */
export interface Factor {
  /** WGSL that ends with `return` and the number at `row` (of a first factor; `column` of a second) and `inner`, both in range. `batch` is known. */
  readonly code: string;
  /** The index along which neighbouring threads read, and which should be contiguous in memory. */
  readonly beside: 'inner' | 'outer';
}

export interface TiledProduct {
  /** The program is compiled once per name, so the name must contain all numbers below. */
  readonly name: string;
  /** WGSL reads them by name, as vectors: `x[index]`. */
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  /** The number of products of the same size. */
  readonly batches: number;
  readonly rows: number;
  readonly columns: number;
  readonly inner: number;
  readonly a: Factor;
  readonly b: Factor;
  /** WGSL that ends with `return` and the index in the result of the number at `batch`, `row` and `column`, or −1 for none. */
  readonly place: string;
  readonly shape: readonly number[];
}

/** Whether a card can compute it: a product of millions of rows has too many tiles. */
export function fitsTiles({ rows, columns, batches }: Pick<TiledProduct, 'rows' | 'columns' | 'batches'>): boolean {
  return Math.max(rows, columns, batches * TILE) <= TILE * MOST_WORKGROUPS;
}

export function runTiledProduct(backend: FusedRunner, product: TiledProduct): TensorInfo {
  const { name, inputs, batches, rows, columns, inner, shape } = product;
  const tiles = [Math.ceil(rows / TILE), Math.ceil(columns / TILE)] as const;
  const depths = Math.ceil(inner / DEPTH);
  const wanted = Math.ceil(WORKGROUPS / (tiles[0] * tiles[1] * batches));
  const parts = Math.max(1, Math.min(wanted, Math.floor(depths / SHORTEST)));
  const size = util.sizeFromShape([...shape]);
  const program = {
    shaderKey: `t2i_${name}`,
    variableNames: Object.keys(inputs),
    outputShape: [parts * size],
    workgroupSize: [THREADS, 1, 1],
    dispatchLayout: { x: [0] },
    dispatch: [...tiles, batches * parts],
    size: true,
    getUserCode: () => userCode(product, { size, depths: Math.ceil(depths / parts) }),
  };
  const vectors = Object.values(inputs).map((input) => ({ ...input, shape: [util.sizeFromShape(input.shape)] }));
  const result = backend.runWebGPUProgram(program, vectors, 'float32', []);
  if (parts === 1) return { ...result, shape: [...shape] };
  const sum = sumOfParts(backend, result, { parts, size, factor: 1 });
  backend.disposeData(result.dataId);
  return { ...sum, shape: [...shape] };
}

function userCode(product: TiledProduct, { size, depths }: { size: number; depths: number }): string {
  const { batches, rows, columns, inner, a, b, place } = product;
  return `
    var<workgroup> tileA : array<array<vec4<f32>, ${STRIDE}>, ${DEPTH}>;
    var<workgroup> tileB : array<array<vec4<f32>, ${STRIDE}>, ${DEPTH}>;

    fn readA(batch : i32, row : i32, inner : i32) -> f32 {
      if (row >= ${rows} || inner >= ${inner}) { return 0.0; }
      ${a.code}
    }
    fn readB(batch : i32, column : i32, inner : i32) -> f32 {
      if (column >= ${columns} || inner >= ${inner}) { return 0.0; }
      ${b.code}
    }
    fn placeOf(batch : i32, row : i32, column : i32) -> i32 {
      if (row >= ${rows} || column >= ${columns}) { return -1; }
      ${place}
    }

    fn main(index : i32) {
      let batch = i32(workgroupId.z) % ${batches};
      let part = i32(workgroupId.z) / ${batches};
      let firstRow = i32(workgroupId.x) * ${TILE};
      let firstColumn = i32(workgroupId.y) * ${TILE};
      let thread = i32(localIndex);
      var sums : array<vec4<f32>, 4>;
      for (var depth = 0; depth < ${depths}; depth++) {
        let firstInner = (part * ${depths} + depth) * ${DEPTH};
        for (var load = 0; load < ${LOADS}; load++) {
          let at = thread + load * ${THREADS};
          ${fill('tileA', a, 'readA', 'firstRow')}
          ${fill('tileB', b, 'readB', 'firstColumn')}
        }
        workgroupBarrier();
        for (var inner = 0; inner < ${DEPTH}; inner++) {
          let a = tileA[inner][thread / 16];
          let b = tileB[inner][thread % 16];
          sums[0] += a.x * b;
          sums[1] += a.y * b;
          sums[2] += a.z * b;
          sums[3] += a.w * b;
        }
        workgroupBarrier();
      }
      for (var row = 0; row < 4; row++) {
        for (var column = 0; column < 4; column++) {
          let place = placeOf(batch, firstRow + thread / 16 * 4 + row, firstColumn + thread % 16 * 4 + column);
          // the backend binds the uniforms of every program, and one that reads none has no place for them
          if (place >= 0 && place < uniforms.size) { result[part * ${size} + place] = sums[row][column]; }
        }
      }
    }`;
}

/** Reads one number into a tile. */
function fill(tile: string, { beside }: Factor, read: string, first: string): string {
  const [outer, inner] = beside === 'outer' ? [`at % ${TILE}`, `at / ${TILE}`] : [`at / ${DEPTH}`, `at % ${DEPTH}`];
  return `{
            let outer = ${outer};
            let inner = ${inner};
            ${tile}[inner][outer / 4][outer % 4] = ${read}(batch, ${first} + outer, firstInner + inner);
          }`;
}
