import { createHash } from 'node:crypto';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hashOpenFile } from './hash-file.ts';

const BYTES = Uint8Array.from({ length: 2_500_000 }, (_, i) => (i * i) % 251);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 't2i-hash-'));
  await writeFile(join(directory, 'file'), BYTES);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

describe('hashOpenFile', () => {
  it.each<[string, number | undefined, number | undefined]>([
    ['all of a file', undefined, undefined],
    ['a part of it', 1_000_003, 2_200_000],
    ['nothing', 5, 5],
    ['what there is, where the end lies behind it', 2_499_999, 3_000_000],
  ])('hashes %s', async (_, begin, end) => {
    const file = await open(join(directory, 'file'), 'r');
    await file.read(new Uint8Array(10), 0, 10); // moves the read position
    const options = { ...(begin !== undefined && { begin }), ...(end !== undefined && { end }) };
    expect(await hashOpenFile(file, options)).toBe(sha256(BYTES.subarray(begin, end)));
    await file.close();
  });

  it('stops when it is told to', async () => {
    const file = await open(join(directory, 'file'), 'r');
    const stop = new AbortController();
    const hashing = hashOpenFile(file, { signal: stop.signal });
    stop.abort(new Error('closed'));
    await expect(hashing).rejects.toThrow('closed');
    await file.close();
  });
});
