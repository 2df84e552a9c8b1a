/**
 * Times a training step of a small DCGAN on a backend, and where the time goes, kernel by kernel.
 * `npx tsx --conditions=@t2i/source packages/backend/bench/training-step.ts [backend] [imageSize] [batchSize] [filters]`
 */

import { Dcgan } from '@t2i/test-utils/kernels/dcgan';
import * as tf from '@tensorflow/tfjs-core';
import { type BackendName, selectBackend } from '../src/index.ts';

const STEPS = 5;
const KERNELS_SHOWN = 16;

const [prefer = 'wasm', imageSize = '32', batchSize = '16', filters = '32'] = process.argv.slice(2);
const logger = { info: console.log, warn: console.warn };
await selectBackend({ prefer: prefer as BackendName, logger });

const gan = new Dcgan({ imageSize: Number(imageSize), batchSize: Number(batchSize), filters: Number(filters) });
await gan.step();
let wall = Number.POSITIVE_INFINITY;
let processor = Number.POSITIVE_INFINITY; // steadier than wall time on a machine that others use
for (let i = 0; i < STEPS; i++) {
  const [start, used] = [performance.now(), process.cpuUsage()];
  await gan.step();
  const { user, system } = process.cpuUsage(used); // in µs
  wall = Math.min(wall, performance.now() - start);
  processor = Math.min(processor, (user + system) / 1000);
}
console.log(`${imageSize}×${imageSize}, batch ${batchSize}, ${filters} filters, best of ${STEPS} steps:`);
console.log(`${wall.toFixed(0)} ms, ${processor.toFixed(0)} ms of processor time`);

const { kernels } = await tf.profile(async () => {
  await gan.step();
  return tf.scalar(0);
});
const byName = new Map<string, { time: number; calls: number }>();
for (const { name, kernelTimeMs } of kernels) {
  const row = byName.get(name) ?? { time: 0, calls: 0 };
  byName.set(name, { time: row.time + ((await kernelTimeMs) as number), calls: row.calls + 1 });
}
const rows = [...byName].sort(([, a], [, b]) => b.time - a.time);
const total = rows.reduce((sum, [, { time }]) => sum + time, 0);
for (const [name, { time, calls }] of rows.slice(0, KERNELS_SHOWN)) {
  const share = ((100 * time) / total).toFixed(1);
  console.log(`${name.padEnd(24)} ${time.toFixed(1).padStart(8)} ms ${share.padStart(5)} % ${calls} calls`);
}
