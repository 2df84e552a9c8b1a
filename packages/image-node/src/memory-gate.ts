/** Limits the memory of concurrent work. */

import { totalmem } from 'node:os';

export class MemoryGate {
  readonly #budget: number;
  readonly #waiting: { readonly bytes: number; readonly open: () => void }[] = [];
  #used = 0;

  /** @param budget bytes that all running work may use together */
  constructor(budget: number) {
    this.#budget = budget;
  }

  /** Runs `work` when `bytes` are free, in order of calls. Work that needs more than the budget runs alone. */
  async run<T>(bytes: number, work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length > 0 || !this.#fits(bytes)) {
      await new Promise<void>((open) => void this.#waiting.push({ bytes, open }));
    } else this.#used += bytes;
    try {
      return await work();
    } finally {
      this.#used -= bytes;
      this.#admit();
    }
  }

  #fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.#budget;
  }

  #admit(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#fits(next.bytes); next = this.#waiting[0]) {
      this.#used += next.bytes; // before it continues, so that no other work takes its place
      this.#waiting.shift();
      next.open();
    }
  }
}

/** Bytes that this process may use, as limited by the machine or its container. */
export function memoryOfProcess(): number {
  const limit = process.constrainedMemory() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
