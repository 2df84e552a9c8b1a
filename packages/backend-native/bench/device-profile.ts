/** Time spent in each kernel on a graphics card, by the card's own clock: kernels only queue their work there. */

import * as tf from '@tensorflow/tfjs-core';

/** Runs `work` twice and prints its programs and the kernels by time. Each kernel is waited for, so that the whole takes longer than without. */
export async function printDeviceProfile(work: () => Promise<unknown>): Promise<void> {
  console.log(`  ${await programsOf(work)} programs on the card`);
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

/** Compute shaders that are run: each costs the time to start it, however little it has to do. */
async function programsOf(work: () => Promise<unknown>): Promise<number> {
  const backend = tf.backend() as unknown as { runWebGPUProgram(...call: unknown[]): unknown };
  const { runWebGPUProgram } = backend;
  let programs = 0;
  backend.runWebGPUProgram = (...call) => {
    programs += 1;
    return runWebGPUProgram.apply(backend, call);
  };
  await work();
  backend.runWebGPUProgram = runWebGPUProgram;
  return programs;
}
