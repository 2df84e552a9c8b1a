/** Shape rules of kernels that are inherited from the cpu backend and compute sizes from their attributes. */

import type {
  AllAttrs,
  AllInputs,
  AvgPool3DAttrs,
  AvgPool3DGradInputs,
  AvgPool3DInputs,
  BatchToSpaceNDAttrs,
  BatchToSpaceNDInputs,
  BincountAttrs,
  Conv3DAttrs,
  Conv3DBackpropFilterV2Attrs,
  Conv3DBackpropFilterV2Inputs,
  Conv3DBackpropInputV2Attrs,
  Conv3DBackpropInputV2Inputs,
  Conv3DInputs,
  CropAndResizeAttrs,
  CropAndResizeInputs,
  DenseBincountInputs,
  DepthwiseConv2dNativeAttrs,
  DepthwiseConv2dNativeInputs,
  DepthwiseConv2dNativeBackpropInputAttrs as DepthwiseGradAttrs,
  DepthwiseConv2dNativeBackpropInputInputs as DepthwiseGradInputs,
  Dilation2DAttrs,
  Dilation2DInputs,
  DepthwiseConv2dNativeBackpropFilterAttrs as FilterGradAttrs,
  LinSpaceAttrs,
  MaxPoolWithArgmaxAttrs,
  MaxPoolWithArgmaxInputs,
  MirrorPadAttrs,
  MirrorPadInputs,
  MultinomialAttrs,
  MultinomialInputs,
  NonMaxSuppressionV4Attrs,
  OneHotAttrs,
  OneHotInputs,
  RangeAttrs,
  ResizeBilinearAttrs,
  ResizeBilinearInputs,
  ScatterNdAttrs,
  SpaceToBatchNDAttrs,
  SpaceToBatchNDInputs,
  SparseToDenseAttrs,
  TransformAttrs,
  TransformInputs,
  UnsortedSegmentSumAttrs,
  UnsortedSegmentSumInputs,
} from '@tensorflow/tfjs-core';
import { backend_util } from '@tensorflow/tfjs-core';
import type { RuleCall, ShapeRule } from '../kernel.ts';
import { demand } from '../kernel-error.ts';
import { checkedSize, checkRank, checkWhole, distinctAxes } from '../sizes.ts';
import { convInfo } from './conv-shape.ts';
import { poolInfo } from './pool.ts';
import { checkCentres } from './resize.ts';

function axes({ inputs, attrs }: RuleCall<AllInputs, AllAttrs>): void {
  distinctAxes(attrs.axis, inputs.x.shape);
}

function range({ attrs: { start, stop, step } }: RuleCall<object, RangeAttrs>): void {
  if (start !== stop) checkedSize([Math.ceil(Math.abs((stop - start) / step))]);
}

function resize({ inputs: { images }, attrs }: RuleCall<ResizeBilinearInputs, ResizeBilinearAttrs>): void {
  checkRank('the images', images.shape, 4);
  checkCentres(attrs);
  const [batch, , , channels] = images.shape as [number, number, number, number];
  checkedSize([batch, ...attrs.size, channels]);
}

function mirrorPad({ inputs: { x }, attrs: { paddings } }: RuleCall<MirrorPadInputs, MirrorPadAttrs>): void {
  demand(paddings.length === x.shape.length, () => `the padding needs one pair for each axis of [${x.shape}]`);
  checkWhole('the padding', paddings.flat(), 0);
  checkedSize(paddings.map(([before, after], axis) => before + x.shape[axis]! + after));
}

function depthwise({
  inputs: { x, filter },
  attrs,
}: RuleCall<DepthwiseConv2dNativeInputs, DepthwiseConv2dNativeAttrs>): void {
  convInfo(x.shape, filter.shape, attrs, true);
}

type Conv3DInfo = backend_util.Conv3DInfo;
export function checkConv3D(info: Conv3DInfo): void {
  checkedSize([info.filterDepth, info.filterHeight, info.filterWidth]);
  checkWhole('the stride', [info.strideDepth, info.strideHeight, info.strideWidth], 1);
  checkWhole('the dilation', [info.dilationDepth, info.dilationHeight, info.dilationWidth], 1);
  const { front, back, top, bottom, left, right } = info.padInfo;
  checkWhole('the padding', [front, back, top, bottom, left, right], 0);
  checkedSize(info.inShape);
  checkedSize(info.outShape);
}

type Conv3DGeometry = Pick<Conv3DAttrs, 'strides' | 'pad'> & Partial<Pick<Conv3DAttrs, 'dilations'>>;
function conv3DInfo(x: number[], filter: number[], { strides, pad, dilations = 1 }: Conv3DGeometry): void {
  checkRank('x', x, 5);
  checkRank('the filter', filter, 5);
  checkConv3D(backend_util.computeConv3DInfo(x as never, filter as never, strides, dilations, pad));
}

function pool3DInfo(x: number[], { filterSize, strides, pad, dimRoundingMode }: AvgPool3DAttrs): void {
  checkRank('x', x, 5);
  checkConv3D(backend_util.computePool3DInfo(x as never, filterSize, strides, 1, pad, dimRoundingMode, 'NDHWC'));
}

const pool3D = ({ inputs, attrs }: RuleCall<AvgPool3DInputs, AvgPool3DAttrs>) => pool3DInfo(inputs.x.shape, attrs);
const pool3DGrad = ({ inputs, attrs }: RuleCall<AvgPool3DGradInputs, AvgPool3DAttrs>) =>
  pool3DInfo(inputs.input.shape, attrs);

function dilation2D({ inputs: { x, filter }, attrs }: RuleCall<Dilation2DInputs, Dilation2DAttrs>): void {
  checkRank('x', x.shape, 4);
  checkRank('the filter', filter.shape, 3);
  const { strides, pad, dilations } = attrs;
  const info = backend_util.computeDilation2DInfo(
    x.shape as never,
    filter.shape as never,
    strides,
    pad as 'valid',
    'NHWC',
    dilations,
  );
  checkedSize(info.outShape);
}

function transform({ inputs: { image }, attrs }: RuleCall<TransformInputs, TransformAttrs>): void {
  const [batch, height, width, channels] = image.shape as [number, number, number, number];
  checkedSize([batch, ...(attrs.outputShape ?? [height, width]), channels]);
}

/** The blocks move elements between space and batch; the crop or the padding is added. */
function blocks(x: number[], blockShape: number[], pairs: number[][], sign: 1 | -1): void {
  checkWhole('the block', blockShape, 1);
  checkWhole(sign === 1 ? 'the padding' : 'the crop', pairs.flat(), 0);
  demand(
    x.length > blockShape.length && pairs.length === blockShape.length,
    () => `blocks [${blockShape}] and ${pairs.length} pairs do not fit the shape [${x}]`,
  );
  const spatial = blockShape.map((block, i) => {
    const [before = 0, after = 0] = pairs[i]!;
    return sign === 1 ? x[i + 1]! + before + after : x[i + 1]! * block - before - after;
  });
  checkedSize([x[0]!, ...spatial, ...x.slice(blockShape.length + 1)]);
}

/** By the name of the kernel. */
const RULES = {
  All: axes,
  Any: axes,
  AvgPool3D: pool3D,
  MaxPool3D: pool3D,
  AvgPool3DGrad: pool3DGrad,
  MaxPool3DGrad: pool3DGrad,
  BatchToSpaceND: ({ inputs, attrs }: RuleCall<BatchToSpaceNDInputs, BatchToSpaceNDAttrs>) =>
    blocks(inputs.x.shape, attrs.blockShape, attrs.crops, -1),
  SpaceToBatchND: ({ inputs, attrs }: RuleCall<SpaceToBatchNDInputs, SpaceToBatchNDAttrs>) =>
    blocks(inputs.x.shape, attrs.blockShape, attrs.paddings, 1),
  Bincount: ({ attrs }: RuleCall<object, BincountAttrs>) => checkedSize([attrs.size]),
  DenseBincount: ({ inputs, attrs }: RuleCall<DenseBincountInputs, BincountAttrs>) =>
    checkedSize([...inputs.x.shape.slice(0, -1), attrs.size]),
  Conv3D: ({ inputs, attrs }: RuleCall<Conv3DInputs, Conv3DAttrs>) =>
    conv3DInfo(inputs.x.shape, inputs.filter.shape, attrs),
  Conv3DBackpropInputV2: ({ inputs, attrs }: RuleCall<Conv3DBackpropInputV2Inputs, Conv3DBackpropInputV2Attrs>) =>
    conv3DInfo(attrs.inputShape, inputs.filter.shape, { ...attrs, dilations: 1 }),
  Conv3DBackpropFilterV2: ({ inputs, attrs }: RuleCall<Conv3DBackpropFilterV2Inputs, Conv3DBackpropFilterV2Attrs>) =>
    conv3DInfo(inputs.x.shape, attrs.filterShape, { ...attrs, dilations: 1 }),
  CropAndResize: ({ inputs, attrs }: RuleCall<CropAndResizeInputs, CropAndResizeAttrs>) =>
    checkedSize([inputs.boxes.shape[0]!, ...attrs.cropSize, inputs.image.shape[3]!]),
  DepthwiseConv2dNative: depthwise,
  FusedDepthwiseConv2D: depthwise,
  DepthwiseConv2dNativeBackpropInput: ({ inputs, attrs }: RuleCall<DepthwiseGradInputs, DepthwiseGradAttrs>) =>
    convInfo(attrs.inputShape, inputs.filter.shape, { ...attrs, dataFormat: 'NHWC' }, true),
  DepthwiseConv2dNativeBackpropFilter: ({ inputs, attrs }: RuleCall<DepthwiseConv2dNativeInputs, FilterGradAttrs>) =>
    convInfo(inputs.x.shape, attrs.filterShape, { ...attrs, dataFormat: 'NHWC' }, true),
  Dilation2D: dilation2D,
  Dilation2DBackpropInput: dilation2D,
  Dilation2DBackpropFilter: dilation2D,
  LinSpace: ({ attrs }: RuleCall<object, LinSpaceAttrs>) => checkedSize([attrs.num]),
  MaxPoolWithArgmax: ({ inputs, attrs }: RuleCall<MaxPoolWithArgmaxInputs, MaxPoolWithArgmaxAttrs>) =>
    poolInfo(inputs.x.shape, attrs),
  MirrorPad: mirrorPad,
  Multinomial: ({ inputs, attrs }: RuleCall<MultinomialInputs, MultinomialAttrs>) =>
    checkedSize([inputs.logits.shape[0]!, attrs.numSamples]),
  NonMaxSuppressionV4: ({ attrs }: RuleCall<object, NonMaxSuppressionV4Attrs>) =>
    attrs.padToMaxOutputSize && checkedSize([attrs.maxOutputSize]),
  OneHot: ({ inputs, attrs }: RuleCall<OneHotInputs, OneHotAttrs>) =>
    checkedSize([...inputs.indices.shape, attrs.depth]),
  Range: range,
  ResizeBilinear: resize,
  ResizeNearestNeighbor: resize,
  ScatterNd: ({ attrs }: RuleCall<object, ScatterNdAttrs>) => checkedSize(attrs.shape),
  SparseToDense: ({ attrs }: RuleCall<object, SparseToDenseAttrs>) => checkedSize(attrs.outputShape),
  Transform: transform,
  UnsortedSegmentSum: ({ inputs, attrs }: RuleCall<UnsortedSegmentSumInputs, UnsortedSegmentSumAttrs>) =>
    checkedSize([attrs.numSegments, ...inputs.x.shape.slice(1)]),
};

type AnyRule = ShapeRule<unknown, unknown, unknown>;

/** The rule of an inherited kernel. The sizes of all others follow from their inputs, which the gate checks like the outputs. */
export function inheritedRule(kernel: string): AnyRule {
  return ((RULES as Record<string, unknown>)[kernel] as AnyRule | undefined) ?? (() => undefined);
}
