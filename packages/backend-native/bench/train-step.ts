/** `pnpm bench train-step`: one step of `GanCls`, against sgemm and against a peer program that runs in alternation. */

import { execSync } from 'node:child_process';
import { Rng, type TrainBatch } from '@t2i/core';
import { GanCls, presetConfig } from '@t2i/gan-cls';
import { type BenchPreset, stepFlops } from './convolutions.ts';
import { sgemmCeiling } from './measure.ts';
import { KernelProfile } from './profile.ts';

export interface TrainStepBench {
  readonly preset: BenchPreset;
  readonly batch: number;
  readonly steps: number;
  /** A command whose last line of output is JSON with `ms_min` and `ms_median`. */
  readonly peer: string | undefined;
  /** Print where the time goes. */
  readonly profile: boolean;
}

const ROUNDS = 3;

/** Prints ms/step, images/s, GFLOP/s, and with a peer the ratio of the fastest steps. */
export async function benchTrainStep({ preset, batch, steps, peer, profile }: TrainStepBench): Promise<void> {
  const rng = new Rng(1);
  const config = presetConfig(preset);
  const model = new GanCls(config, rng);
  const data = randomBatch(rng, batch, config.embeddingDim);
  const ours: number[] = [];
  const theirs: number[] = [];
  const step = async () => {
    const start = performance.now();
    await model.step(data, { learningRate: 2e-4, rng });
    return performance.now() - start;
  };
  for (let i = 0; i < 2; i++) await step();
  for (let round = 0; round < (peer ? ROUNDS : 1); round++) {
    for (let i = 0; i < steps; i++) ours.push(await step());
    if (peer) theirs.push(runPeer(peer));
  }
  report(preset, batch, Math.min(...ours), median(ours));
  if (peer) {
    const best = Math.min(...theirs);
    console.log(`  peer: ${best.toFixed(0)} ms/step (fastest), ${((batch * 1e3) / best).toFixed(1)} images/s`);
    console.log(`  ratio: ${(best / Math.min(...ours)).toFixed(2)} × the peer`);
  }
  if (profile) {
    const kernels = new KernelProfile('native');
    for (let i = 0; i < steps; i++) await kernels.measure(step);
    kernels.print();
  }
  model.dispose();
}

function report(preset: BenchPreset, batch: number, best: number, middle: number): void {
  const rate = stepFlops(preset, batch) / best / 1e6;
  const ceiling = sgemmCeiling();
  console.log(`${preset}, batch ${batch}: ${best.toFixed(0)} ms/step (fastest), ${middle.toFixed(0)} (median)`);
  console.log(`  ${((batch * 1e3) / best).toFixed(1)} images/s`);
  console.log(
    `  ${rate.toFixed(0)} GFLOP/s of convolutions = ${((100 * rate) / ceiling).toFixed(0)} % of sgemm (${ceiling.toFixed(0)})`,
  );
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
