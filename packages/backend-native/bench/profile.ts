/** Time spent in each kernel, measured by wrapping every registered kernel. */

import * as tf from '@tensorflow/tfjs-core';

interface Entry {
  calls: number;
  ms: number;
}

export class KernelProfile {
  private readonly entries = new Map<string, Entry>();
  private readonly originals: tf.KernelConfig[];
  private total = 0;
  private depth = 0;

  /** @param backend the name of the backend whose kernels are wrapped while `measure` runs */
  constructor(backend: string) {
    this.originals = tf.getKernelsForBackend(backend);
  }

  /** Adds one run of `work`, in milliseconds. */
  async measure(work: () => Promise<unknown>): Promise<void> {
    for (const kernel of this.originals) {
      tf.unregisterKernel(kernel.kernelName, kernel.backendName);
      tf.registerKernel({ ...kernel, kernelFunc: this.wrap(kernel) });
    }
    const start = performance.now();
    await work();
    this.total += performance.now() - start;
    for (const kernel of this.originals) {
      tf.unregisterKernel(kernel.kernelName, kernel.backendName);
      tf.registerKernel(kernel);
    }
  }

  private wrap(kernel: tf.KernelConfig): tf.KernelFunc {
    return (params) => {
      const start = performance.now();
      this.depth++;
      try {
        return kernel.kernelFunc(params);
      } finally {
        this.depth--;
        if (this.depth === 0) this.add(kernel.kernelName, performance.now() - start);
      }
    };
  }

  private add(name: string, ms: number): void {
    const entry = this.entries.get(name) ?? { calls: 0, ms: 0 };
    this.entries.set(name, { calls: entry.calls + 1, ms: entry.ms + ms });
  }

  /** Kernels by time, and what is left outside them. */
  print(): void {
    const rows = [...this.entries].sort(([, a], [, b]) => b.ms - a.ms);
    const inside = rows.reduce((sum, [, { ms }]) => sum + ms, 0);
    for (const [name, { calls, ms }] of [
      ...rows,
      ['outside kernels', { calls: 1, ms: this.total - inside }] as const,
    ]) {
      if (ms / this.total < 0.002) continue;
      console.log(
        `  ${name.padEnd(26)} ${((100 * ms) / this.total).toFixed(1).padStart(5)} %  ${String(calls).padStart(5)} calls`,
      );
    }
  }
}
