/** Measures the time of the metrics in seconds of one core: `pnpm tsx --conditions=@t2i/source packages/metrics/bench/main.ts [dim] [samples]`. */

import { Rng } from '@t2i/core';
import { frechetDistance, gaussianOf, kernelDistance, manifoldScores, symmetricEigenvalues } from '../src/index.ts';

const [dim = 1024, samples = 1155] = process.argv.slice(2).map(Number);
const rng = new Rng(1);
const features = () => ({ data: rng.normal(samples * dim), shape: [samples, dim] as const });
const [real, drawn] = [features(), features()];

function timed<T>(what: string, work: () => T): T {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  console.log(`${what}: ${((user + system) / 1e6).toFixed(2)} s`);
  return result;
}

console.log(`${samples} samples of ${dim} numbers`);
const a = timed('mean and covariance', () => gaussianOf(real));
const b = gaussianOf(drawn);
timed('factor of the covariance', () => b.factor);
timed('eigenvalues', () => symmetricEigenvalues(a.covariance, dim));
timed('Fréchet distance, factor known', () => frechetDistance(a, b));
timed('kernel distance', () => kernelDistance(real, drawn));
timed('precision, recall, density, coverage', () => manifoldScores(real, drawn));
