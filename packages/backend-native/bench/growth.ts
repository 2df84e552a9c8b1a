/** `pnpm bench growth`: how time grows with the batch. Run it with T2I_THREADS=1 and 2 for the other axis. */

import type { BenchPreset } from './convolutions.ts';
import { prepare, type Work } from './train-step.ts';

const BATCHES = [1, 4, 16, 64, 256];

/** Prints the milliseconds per image of a step and of generation, for batches from 1 to 256. */
export async function benchGrowth(preset: BenchPreset, steps: number): Promise<void> {
  console.log(`${preset}: batch, then ms and images/s of a training step and of generation`);
  for (const batch of BATCHES) {
    const cells: string[] = [];
    for (const work of ['train-step', 'generate'] as Work[]) {
      if (work === 'train-step' && batch === 1) {
        cells.push('–'.padStart(20)); // one image has no variance to normalise by
        continue;
      }
      const { run, dispose } = prepare(work, preset, batch);
      const times: number[] = [];
      for (let i = 0; i < steps; i++) times.push(await run());
      const best = Math.min(...times);
      cells.push(`${best.toFixed(1).padStart(9)} ms ${((batch * 1e3) / best).toFixed(1).padStart(7)}`);
      dispose();
    }
    console.log(`  ${String(batch).padStart(4)} ${cells.join('   ')}`);
  }
}
