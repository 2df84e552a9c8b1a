/**
 * Gradients of ResizeBilinear and ResizeNearestNeighbor. The cpu backend's ignore half-pixel
 * centres, and exchange height and width.
 */

import type {
  KernelConfig,
  ResizeBilinearAttrs,
  ResizeBilinearGradInputs,
  ResizeNearestNeighborGradInputs,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import { ResizeBilinearGrad, ResizeNearestNeighborGrad } from '@tensorflow/tfjs-core';
import { defineKernel, type RuleCall } from '../kernel.ts';
import { demand } from '../kernel-error.ts';
import type { NativeBackend } from '../native-backend.ts';
import { checkedSize, checkRank } from '../sizes.ts';

/** Both operations have the same attributes. */
type ResizeAttrs = ResizeBilinearAttrs;

/** The source of one output along an axis: `1 − weight` of input `low` and `weight` of input `high`. */
interface Tap {
  readonly low: number;
  readonly high: number;
  readonly weight: number;
}

type TapOf = (output: number, scale: number, inSize: number, attrs: ResizeAttrs) => Tap;

function bilinearTap(output: number, scale: number, inSize: number, { halfPixelCenters }: ResizeAttrs): Tap {
  const source = halfPixelCenters ? (output + 0.5) * scale - 0.5 : output * scale;
  const low = Math.max(0, Math.floor(source));
  return { low, high: Math.max(0, Math.min(inSize - 1, Math.ceil(source))), weight: source - low };
}

function nearestTap(output: number, scale: number, inSize: number, attrs: ResizeAttrs): Tap {
  const source = (attrs.halfPixelCenters ? output + 0.5 : output) * scale;
  const nearest = Math.min(inSize - 1, attrs.alignCorners ? Math.round(source) : Math.floor(source));
  return { low: nearest, high: nearest, weight: 0 };
}

function tapsOf(tapOf: TapOf, inSize: number, outSize: number, attrs: ResizeAttrs): Tap[] {
  const aligned = attrs.alignCorners && outSize > 1;
  const scale = aligned ? (inSize - 1) / (outSize - 1) : inSize / outSize;
  return Array.from({ length: outSize }, (_, output) => tapOf(output, scale, inSize, attrs));
}

type Shape4 = [batch: number, height: number, width: number, channels: number];

interface Sizes {
  readonly image: Shape4;
  readonly resized: Shape4;
}

/** As in TensorFlow: aligned corners and half-pixel centres contradict each other. */
export function checkCentres({ alignCorners, halfPixelCenters }: ResizeAttrs): void {
  demand(!(alignCorners && halfPixelCenters), () => 'alignCorners and halfPixelCenters exclude each other');
}

function rule({ inputs: { images, dy }, attrs }: RuleCall<ResizeBilinearGradInputs, ResizeAttrs>): Sizes {
  checkCentres(attrs);
  checkRank('the images', images.shape, 4);
  checkRank('dy', dy.shape, 4);
  const [image, resized] = [images.shape, dy.shape] as [Shape4, Shape4];
  checkedSize(image);
  checkedSize(resized);
  const empty = image[1] * image[2] === 0 && resized[1] * resized[2] > 0;
  demand(
    image[0] === resized[0] && image[3] === resized[3] && !empty,
    () => `dy is [${resized}], which no resizing makes of [${image}]`,
  );
  return { image, resized };
}

/** dx[row] += (1 − weight)·dy for `low`, weight·dy for `high`, along both axes. */
function scatter(dy: Float32Array, dx: Float32Array, image: Shape4, rows: Tap[], columns: Tap[]): void {
  const [batch, height, width, channels] = image;
  const add = (pixel: number, from: number, factor: number) => {
    if (factor === 0) return;
    for (let c = 0; c < channels; c++) dx[pixel * channels + c] = dx[pixel * channels + c]! + factor * dy[from + c]!;
  };
  for (let n = 0, from = 0; n < batch; n++) {
    for (const row of rows) {
      const [top, bottom] = [(n * height + row.low) * width, (n * height + row.high) * width];
      for (const column of columns) {
        add(top + column.low, from, (1 - row.weight) * (1 - column.weight));
        add(top + column.high, from, (1 - row.weight) * column.weight);
        add(bottom + column.low, from, row.weight * (1 - column.weight));
        add(bottom + column.high, from, row.weight * column.weight);
        from += channels;
      }
    }
  }
}

function gradient(backend: NativeBackend, dy: TensorInfo, sizes: Sizes, tapOf: TapOf, attrs: ResizeAttrs): TensorInfo {
  const { image, resized } = sizes;
  const dx = backend.allocate(image, 'float32');
  const values = backend.floats(dx).fill(0);
  const rows = tapsOf(tapOf, image[1], resized[1], attrs);
  scatter(backend.floats(dy), values, image, rows, tapsOf(tapOf, image[2], resized[2], attrs));
  return dx;
}

function resizeGrad(kernelName: string, tapOf: TapOf): KernelConfig {
  return defineKernel<ResizeBilinearGradInputs | ResizeNearestNeighborGradInputs, ResizeAttrs, Sizes>(
    kernelName,
    rule,
    ({ inputs, attrs, backend, plan }) => gradient(backend, inputs.dy, plan, tapOf, attrs),
  );
}

export const RESIZE_KERNELS: readonly KernelConfig[] = [
  resizeGrad(ResizeBilinearGrad, bilinearTap),
  resizeGrad(ResizeNearestNeighborGrad, nearestTap),
];
