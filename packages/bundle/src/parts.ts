/** What the parts of a bundle weigh. */

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '@t2i/core';

/** A file of the bundle. */
export interface BundlePart {
  readonly name: string;
  readonly bytes: number;
}

/** The files of a directory, the heaviest first. */
export async function weigh(directory: string): Promise<BundlePart[]> {
  const names = await readdir(directory, { recursive: true });
  const files = await Promise.all(names.map(async (name) => ({ name, found: await stat(join(directory, name)) })));
  return files
    .filter(({ found }) => found.isFile())
    .map(({ name, found }) => ({ name, bytes: found.size }))
    .sort((a, b) => b.bytes - a.bytes);
}

/** One part a line, the heaviest first, and the sum. */
export function partsTable(parts: readonly BundlePart[]): string {
  const total = { name: 'all', bytes: totalOf(parts) };
  return [...parts, total].map(({ name, bytes }) => `${megabytes(bytes).padStart(9)}  ${name}\n`).join('');
}

const totalOf = (parts: readonly BundlePart[]) => parts.reduce((sum, { bytes }) => sum + bytes, 0);
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(2)} MB`;

/** @throws ConfigError that says what weighs how much */
export function assertSmall(parts: readonly BundlePart[], limit: number): void {
  const total = totalOf(parts);
  if (total <= limit) return;
  throw new ConfigError(
    `The bundle would have ${megabytes(total)}, not ${megabytes(limit)}:\n${partsTable(parts).trimEnd()}`,
    {
      hint: 'Lower --quality, leave out embeddings or backends, or raise --max-megabytes.',
    },
  );
}
