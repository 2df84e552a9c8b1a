/** Time spent in each kernel on a graphics card, by the card's own clock: kernels only queue their work there. */

import * as tf from '@tensorflow/tfjs-core';

/** Runs `work` once and prints the kernels by time. Each kernel is waited for, so that the whole takes longer than without. */
export async function printDeviceProfile(work: () => Promise<unknown>): Promise<void> {
  const { kernels } = await tf.profile(async () => {
    await work();
    return tf.scalar(0);
  });
  const byName = new Map<string, { ms: number; calls: number }>();
  let total = 0;
  for (const { name, kernelTimeMs } of kernels) {
    const ms = Number(await kernelTimeMs);
    const row = byName.get(name) ?? { ms: 0, calls: 0 };
    byName.set(name, { ms: row.ms + ms, calls: row.calls + 1 });
    total += ms;
  }
  console.log(`  ${total.toFixed(1)} ms inside kernels, of it`);
  for (const [name, { ms, calls }] of [...byName].sort(([, a], [, b]) => b.ms - a.ms)) {
    if (ms / total < 0.002) continue;
    console.log(
      `  ${name.padEnd(26)} ${((100 * ms) / total).toFixed(1).padStart(5)} %  ${String(calls).padStart(5)} calls`,
    );
  }
}
