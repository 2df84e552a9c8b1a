/**
 * `Conv2DBackpropInput` (also the transposed convolution) without multiplying by the zeros of a stride.
 * Pixels of the result whose positions are equal modulo the stride see the same taps of the filter: each such phase is
 * a convolution with stride 1 and a smaller filter, for which the backend has a fast kernel. The phases interleave.
 */

import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Conv2DBackpropInputAttrs, Conv2DBackpropInputInputs, TensorInfo } from '@tensorflow/tfjs-core';
import { backend_util, Conv2D, Transpose } from '@tensorflow/tfjs-core';
import { floatsOf, free, type Kernel, run } from './kernel.ts';
import { type Axis, type Phase, phasesOf, shiftOf, type Window, windowOf } from './phases.ts';

type Shape4 = [number, number, number, number];

/** XNNPACK computes output channels in blocks of this many. */
const CHANNEL_BLOCK = 8;

/** Wraps the backend's own kernel, which still runs for NCHW: the fast convolution supports NHWC only. */
export function conv2dBackpropInput(
  original: Kernel<Conv2DBackpropInputInputs, Conv2DBackpropInputAttrs>,
): Kernel<Conv2DBackpropInputInputs, Conv2DBackpropInputAttrs> {
  return (call) => {
    const { inputs, attrs, backend } = call;
    const { dy, filter } = inputs;
    if (attrs.dataFormat === 'NCHW') return original(call);
    const { strides, pad, dimRoundingMode, inputShape } = attrs;
    const info = backend_util.computeConv2DInfo(inputShape, filter.shape as Shape4, strides, 1, pad, dimRoundingMode);
    const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, padInfo } = info;
    const { strideHeight, strideWidth } = info;
    const { top, left } = padInfo;
    const rows = { size: inHeight, outputs: outHeight, taps: filterHeight, stride: strideHeight, before: top };
    const columns = { size: inWidth, outputs: outWidth, taps: filterWidth, stride: strideWidth, before: left };

    const swapped = run(backend, Transpose, { x: filter }, { perm: [0, 1, 3, 2] }); // [KH, KW, O, I]
    const dx = backpropagate(backend, dy, swapped, rows, columns);
    free(backend, swapped);
    return dx;
  };
}

/** The phases that one convolution computes, side by side in its output channels. */
interface Group {
  readonly rows: readonly Phase[];
  readonly columns: readonly Phase[];
  readonly rowWindow: Window;
  readonly columnWindow: Window;
}

/** dy [N, OH, OW, O] and the filter [KH, KW, O, I] → dx [N, H, W, I]. */
function backpropagate(backend: BackendWasm, dy: TensorInfo, filter: TensorInfo, rows: Axis, columns: Axis) {
  const shape: Shape4 = [dy.shape[0]!, rows.size, columns.size, filter.shape[3]!];
  const groups = groupPhases(rows, columns, shape[3]);
  const [first] = groups;
  if (first !== undefined && rows.stride * columns.stride === 1) {
    const { rowWindow, columnWindow } = first;
    const whole = rowWindow.length === rows.size && columnWindow.length === columns.size;
    if (whole) return convolveGroup(backend, dy, filter, first);
  }
  const dx = backend.makeOutput(shape, 'float32');
  if (rows.taps < rows.stride || columns.taps < columns.stride) floatsOf(backend, dx).fill(0);
  for (const group of groups) {
    const part = convolveGroup(backend, dy, filter, group);
    interleave(backend, part, dx, group);
    free(backend, part);
  }
  return dx;
}

/** Few channels share one convolution: phase by phase, most of each block of the backend would go to waste. */
function groupPhases(rowAxis: Axis, columnAxis: Axis, channels: number): Group[] {
  const rows = phasesOf(rowAxis).filter((phase) => phase.taps > 0);
  const columns = phasesOf(columnAxis).filter((phase) => phase.taps > 0);
  const group = (rows: readonly Phase[], columns: readonly Phase[]): Group => ({
    rows,
    columns,
    rowWindow: windowOf(rows, rowAxis),
    columnWindow: windowOf(columns, columnAxis),
  });
  if (rows.length === 0 || columns.length === 0) return [];
  if (channels < CHANNEL_BLOCK) return [group(rows, columns)];
  return rows.flatMap((row) => columns.map((column) => group([row], [column])));
}

/** dy → [N, rowWindow.length, columnWindow.length, phases·I]. */
function convolveGroup(backend: BackendWasm, dy: TensorInfo, filter: TensorInfo, group: Group): TensorInfo {
  const { rowWindow, columnWindow } = group;
  const taps = gatherTaps(backend, filter, group);
  const pad = [
    [0, 0],
    [rowWindow.before, rowWindow.after],
    [columnWindow.before, columnWindow.after],
    [0, 0],
  ];
  const attrs = { strides: 1, dilations: 1, pad, dataFormat: 'NHWC' };
  const part = run(backend, Conv2D, { x: dy, filter: taps }, attrs);
  free(backend, taps);
  return part;
}

/** The taps of every phase where its window reads dy: [window, window, O, phases·I], zero where a phase has none. */
function gatherTaps(backend: BackendWasm, filter: TensorInfo, group: Group): TensorInfo {
  const { rows, columns, rowWindow, columnWindow } = group;
  const [, filterWidth, outChannels, inChannels] = filter.shape as Shape4;
  const width = rows.length * columns.length * inChannels;
  const gathered = backend.makeOutput([rowWindow.taps, columnWindow.taps, outChannels, width], 'float32');
  const from = floatsOf(backend, filter);
  const to = floatsOf(backend, gathered).fill(0);
  forEachPair(rows, columns, (row, column, index) => {
    for (let j = 0; j < row.taps; j++) {
      for (let k = 0; k < column.taps; k++) {
        const source = ((row.first + j * row.stride) * filterWidth + column.first + k * column.stride) * outChannels;
        const target = ((row.taps - 1 - j) * columnWindow.taps + column.taps - 1 - k) * outChannels;
        for (let o = 0; o < outChannels; o++) {
          const tap = from.subarray((source + o) * inChannels, (source + o + 1) * inChannels);
          to.set(tap, (target + o) * width + index * inChannels);
        }
      }
    }
  });
  return gathered;
}

/** Spreads the phases of one group over dx. */
function interleave(backend: BackendWasm, part: TensorInfo, dx: TensorInfo, group: Group) {
  const { rows, columns, rowWindow, columnWindow } = group;
  const [batch, height, width, channels] = dx.shape as Shape4;
  const pixel = rows.length * columns.length * channels;
  const from = floatsOf(backend, part);
  const to = floatsOf(backend, dx);
  forEachPair(rows, columns, (row, column, index) => {
    const top = shiftOf(row, rowWindow.before);
    const left = shiftOf(column, columnWindow.before);
    for (let n = 0; n < batch; n++) {
      for (let m = 0; m < row.count; m++) {
        let source = ((n * rowWindow.length + m + top) * columnWindow.length + left) * pixel + index * channels;
        let target = ((n * height + m * row.stride + row.position) * width + column.position) * channels;
        for (let k = 0; k < column.count; k++) {
          for (let c = 0; c < channels; c++) to[target + c] = from[source + c]!;
          source += pixel;
          target += column.stride * channels;
        }
      }
    }
  });
}

function forEachPair(
  rows: readonly Phase[],
  columns: readonly Phase[],
  visit: (row: Phase, column: Phase, index: number) => void,
): void {
  rows.forEach((row, r) => {
    columns.forEach((column, c) => {
      visit(row, column, r * columns.length + c);
    });
  });
}
