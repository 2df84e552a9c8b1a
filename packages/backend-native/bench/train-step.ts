/** `pnpm bench train-step` and `generate`: `GanCls` against sgemm and against a peer program that runs in alternation. */

import { execSync } from 'node:child_process';
import { generateImages, Rng, type TrainBatch } from '@t2i/core';
import { GanCls, presetConfig } from '@t2i/gan-cls';
import * as tf from '@tensorflow/tfjs-core';
import { type BenchPreset, stepFlops } from './convolutions.ts';
import { printDeviceProfile } from './device-profile.ts';
import { sgemmCeiling } from './measure.ts';
import { KernelProfile } from './profile.ts';

/** What to time: a whole training step, or the generation of images. */
export type Work = 'train-step' | 'generate';

export interface ModelBench {
  readonly work: Work;
  readonly preset: BenchPreset;
  readonly batch: number;
  readonly steps: number;
  /** A command whose last line of output is JSON with `ms_min` and `ms_median`. */
  readonly peer: string | undefined;
  /** Print where the time goes. */
  readonly profile: boolean;
}

const ROUNDS = 3;

/** Prints ms, images/s, for a step GFLOP/s, and with a peer the ratio of the fastest runs. */
export async function benchModel({ work, preset, batch, steps, peer, profile }: ModelBench): Promise<void> {
  const { run, dispose } = prepare(work, preset, batch);
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let i = 0; i < 2; i++) await run();
  for (let round = 0; round < (peer ? ROUNDS : 1); round++) {
    for (let i = 0; i < steps; i++) ours.push(await run());
    if (peer) theirs.push(runPeer(peer));
  }
  const best = Math.min(...ours);
  console.log(
    `${preset}, ${work}, batch ${batch}: ${best.toFixed(1)} ms (fastest), ${median(ours).toFixed(1)} (median), ` +
      `${((batch * 1e3) / best).toFixed(1)} images/s`,
  );
  if (work === 'train-step') await reportRate(stepFlops(preset, batch) / best / 1e6);
  if (peer) {
    const theirBest = Math.min(...theirs);
    console.log(`  peer: ${theirBest.toFixed(1)} ms (fastest), ${((batch * 1e3) / theirBest).toFixed(1)} images/s`);
    console.log(`  ratio: ${(theirBest / best).toFixed(2)} × the peer`);
  }
  if (profile && tf.getBackend() === 'webgpu') await printDeviceProfile(run);
  else if (profile) {
    const kernels = new KernelProfile(tf.getBackend());
    for (let i = 0; i < steps; i++) await kernels.measure(run);
    kernels.print();
  }
  dispose();
}

/** A model with random data; `run` gives the milliseconds of one repetition. */
export function prepare(work: Work, preset: BenchPreset, batch: number) {
  const rng = new Rng(1);
  const model = new GanCls(presetConfig(preset), rng);
  const data = randomBatch(rng, batch, model.embeddingDim);
  const noise = rng.normal(batch * model.noiseDim);
  const once = () =>
    work === 'train-step'
      ? model.step(data, { learningRate: 2e-4, rng })
      : generateImages(model, { embeddings: data.embeddings, noise });
  const run = async () => {
    const start = performance.now();
    await once();
    return performance.now() - start;
  };
  return { run, dispose: () => model.dispose() };
}

async function reportRate(rate: number): Promise<void> {
  const ceiling = await sgemmCeiling();
  const share = (100 * rate) / ceiling;
  console.log(`  ${rate.toFixed(0)} GFLOP/s of convolutions = ${share.toFixed(0)} % of sgemm (${ceiling.toFixed(0)})`);
}

function randomBatch(rng: Rng, batch: number, embeddingDim: number): TrainBatch {
  const images = { data: rng.normal(batch * 64 * 64 * 3).map((v) => Math.tanh(v)), shape: [batch, 64, 64, 3] as const };
  const embeddings = () => ({ data: rng.normal(batch * embeddingDim), shape: [batch, embeddingDim] as const });
  return { images, embeddings: embeddings(), wrongEmbeddings: embeddings() };
}

function runPeer(command: string): number {
  const lines = execSync(command, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
    .trim()
    .split('\n');
  return (JSON.parse(lines.at(-1)!) as { ms_min: number }).ms_min;
}

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1]!;
}
