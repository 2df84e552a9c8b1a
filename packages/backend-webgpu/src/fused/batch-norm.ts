/** Batch normalisation in training with its rectifier, forward and backward: a pass over the batch for each sum and one for the result. */

import {
  type BatchNormTrainingAttrs,
  type BatchNormTrainingGradInputs,
  type BatchNormTrainingInputs,
  slopeBelowZero,
} from '@t2i/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import { type FusedCall, type FusedRunner, runFused } from './program.ts';
import { sumOfParts } from './sum-of-parts.ts';

/** Approximate number of threads that compute a sum. */
const THREADS = 16_384;

/** z = γ·(x − μ)/σ + β, and the output of the rectifier for its slope below zero. Every index has a channel. */
const NORMALISED = `let deviation = inverseSqrt(getVariance(channel) + uniforms.epsilon);
let normal = (getX(index) - getMean(channel)) * deviation;
let z = getGamma(channel) * normal + getBeta(channel);
let slope = select(uniforms.alpha, 1.0, z > 0.0);`;
const CHANNEL = 'let channel = index % uniforms.channels;';

/** `[y, mean, variance]`. */
export function batchNormTraining(
  backend: FusedRunner,
  { x, gamma, beta }: BatchNormTrainingInputs,
  attrs: BatchNormTrainingAttrs,
): TensorInfo[] {
  const { floats, integers } = uniformsOf(attrs, gamma);
  const mean = channelMeans(backend, gamma, { name: 'mean', inputs: { x }, code: 'sum += getX(index);' });
  const variance = channelMeans(backend, gamma, {
    ...{ name: 'variance', inputs: { x, mean } },
    code: 'let centred = getX(index) - getMean(channel); sum += centred * centred;',
  });
  const y = runFused(backend, {
    ...{ name: 'batchNorm', inputs: { x, gamma, beta, mean, variance }, floats, integers, shape: x.shape },
    code: `${CHANNEL} ${NORMALISED} return z * slope;`,
  });
  return [y, mean, variance];
}

/** `[dx, dgamma, dbeta]`. */
export function batchNormTrainingGrad(
  backend: FusedRunner,
  { dy, x, gamma, beta, mean, variance }: BatchNormTrainingGradInputs,
  attrs: BatchNormTrainingAttrs,
): TensorInfo[] {
  const { floats, integers } = uniformsOf(attrs, gamma);
  const rows = util.sizeFromShape(x.shape) / integers.channels;
  const inputs = { dy, x, gamma, beta, mean, variance };
  const sum = (name: string, code: string) =>
    channelSums(backend, gamma, { name, inputs, floats, code: `${NORMALISED} ${code}` }, 1);
  const dbeta = sum('dbeta', 'sum += getDy(index) * slope;');
  const dgamma = sum('dgamma', 'sum += getDy(index) * slope * normal;');
  // more than eight tensors at once are refused, so one tensor holds the factors of the channels, a row for each factor
  const factors = runFused(backend, {
    ...{
      name: 'batchNormFactors',
      inputs: { gamma, beta, mean, variance, dgamma, dbeta },
      shape: [4 * integers.channels],
    },
    ...{ floats: { epsilon: attrs.epsilon, rows }, integers },
    code: `${CHANNEL}
      let deviation = inverseSqrt(getVariance(channel) + uniforms.epsilon);
      let scale = getGamma(channel) * deviation;
      let slope = -scale * deviation * getDgamma(channel) / uniforms.rows;
      switch index / uniforms.channels {
        case 0: { return scale; }
        case 1: { return getBeta(channel) - getMean(channel) * scale; }
        case 2: { return slope; }
        default: { return -scale * getDbeta(channel) / uniforms.rows - slope * getMean(channel); }
      }`,
  });
  // dx = γ/σ · (dz − Σdz/M − x̂·Σ(dz·x̂)/M) = scale·dz + slope·x + offset
  const dx = runFused(backend, {
    ...{ name: 'batchNormGrad', inputs: { dy, x, factors }, shape: x.shape },
    ...{ floats: { alpha: floats.alpha }, integers },
    code: `${CHANNEL}
      let scale = getFactors(channel);
      let z = scale * getX(index) + getFactors(channel + uniforms.channels);
      let dz = getDy(index) * select(uniforms.alpha, 1.0, z > 0.0);
      return scale * dz + getFactors(channel + 2 * uniforms.channels) * getX(index) + getFactors(channel + 3 * uniforms.channels);`,
  });
  backend.disposeData(factors.dataId);
  return [dx, dgamma, dbeta];
}

function uniformsOf({ epsilon, activation, alpha }: BatchNormTrainingAttrs, gamma: TensorInfo) {
  return { floats: { epsilon, alpha: slopeBelowZero(activation, alpha) }, integers: { channels: gamma.shape[0]! } };
}

type Summand = Pick<FusedCall, 'name' | 'inputs' | 'floats'> & {
  /** Adds the term at `index`, in `channel`, to `sum`. */
  readonly code: string;
};

function channelMeans(backend: FusedRunner, gamma: TensorInfo, summand: Summand): TensorInfo {
  const { x } = summand.inputs;
  return channelSums(backend, gamma, summand, gamma.shape[0]! / util.sizeFromShape(x!.shape));
}

/** `factor` times the sums of each channel, in two stages: first rows at a distance of the number of parts, then the parts. */
function channelSums(backend: FusedRunner, gamma: TensorInfo, summand: Summand, factor: number): TensorInfo {
  const { name, inputs, floats = {}, code } = summand;
  const channels = gamma.shape[0]!;
  const rows = util.sizeFromShape(inputs.x!.shape) / channels;
  const parts = Math.max(1, Math.min(Math.floor(THREADS / channels), Math.floor(Math.sqrt(rows))));
  const partial = runFused(backend, {
    ...{ name: `${name}Parts`, inputs, floats, integers: { channels, rows, parts }, shape: [parts, channels] },
    code: `${CHANNEL}
      var sum = 0.0;
      for (var row = index / uniforms.channels; row < uniforms.rows; row += uniforms.parts) {
        let index = row * uniforms.channels + channel;
        ${code}
      }
      return sum;`,
  });
  const sums = sumOfParts(backend, partial, { parts, size: channels, factor });
  backend.disposeData(partial.dataId);
  return sums;
}
