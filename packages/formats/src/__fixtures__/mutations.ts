/** Damages files in ways that break parsers, and checks that a reader throws its own error. */

import { Rng, T2iError } from '@t2i/core';

export interface MutationCase {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Reads the whole file. */
  readonly read: (bytes: Uint8Array) => unknown;
}

export interface MutationReport {
  readonly read: number;
  readonly refused: number;
  /** Time of the slowest mutation in milliseconds. */
  readonly slowest: number;
}

const SPECIAL = [0, 1, 0x7f, 0x80, 0xff];
const SPECIAL_WORDS = [0xffffffff, 0x7fffffff, 0x80000000, 0x10000, 0];

/**
 * Reads `count` mutations of a file.
 * @throws if a reader throws anything but a `T2iError`, takes longer than `maxMilliseconds`, or changes a prototype
 */
export async function readMutations(
  { name, bytes, read }: MutationCase,
  count: number,
  { seed = 1, maxMilliseconds = 10_000 } = {},
): Promise<MutationReport> {
  const rng = new Rng(seed);
  const report = { read: 0, refused: 0, slowest: 0 };
  for (let round = 0; round < count; round++) {
    const mutated = mutate(bytes, rng);
    const begin = performance.now();
    try {
      await read(mutated);
      report.read += 1;
    } catch (cause) {
      if (!T2iError.isInstance(cause)) throw new Error(`${name}, mutation ${round}: not a T2iError`, { cause });
      report.refused += 1;
    }
    report.slowest = Math.max(report.slowest, performance.now() - begin);
    if (report.slowest > maxMilliseconds) throw new Error(`${name}, mutation ${round}: took ${report.slowest} ms`);
    if (Object.keys(Object.prototype).length > 0) throw new Error(`${name}, mutation ${round}: changed Object.prototype`);
  }
  return report;
}

function mutate(bytes: Uint8Array, rng: Rng): Uint8Array {
  let mutated = new Uint8Array(bytes);
  const changes = 1 + rng.integer(4);
  for (let k = 0; k < changes && mutated.length > 0; k++) {
    const at = rng.integer(rng.integer(2) === 0 ? Math.min(mutated.length, 256) : mutated.length);
    const kind = rng.integer(10);
    if (kind < 4) mutated[at] = rng.integer(256);
    else if (kind < 6) mutated[at] = SPECIAL[rng.integer(SPECIAL.length)]!;
    else if (kind === 6) mutated = mutated.slice(0, at);
    else if (kind === 7) mutated = spliced(mutated, at, at + 1 + rng.integer(8), new Uint8Array());
    else if (kind === 8) mutated = spliced(mutated, at, at, mutated.slice(at, at + 1 + rng.integer(64)));
    else if (at + 4 <= mutated.length) {
      new DataView(mutated.buffer).setUint32(at, SPECIAL_WORDS[rng.integer(SPECIAL_WORDS.length)]!, true);
    }
  }
  return mutated;
}

function spliced(bytes: Uint8Array, begin: number, end: number, middle: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...bytes.subarray(0, begin), ...middle, ...bytes.subarray(end)]);
}
