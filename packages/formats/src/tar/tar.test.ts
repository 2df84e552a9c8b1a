import { DatasetError } from '@t2i/core';
import fc from 'fast-check';
import { packTar, type TarEntry } from 'modern-tar';
import { describe, expect, it } from 'vitest';
import { read, streamOf } from './__fixtures__/read-tar-bytes.ts';
import { readTar } from './tar.ts';

const ENTRIES: TarEntry[] = [
  { header: { name: 'jpg/', size: 0, type: 'directory' } },
  { header: { name: './jpg/a.jpg', size: 5 }, body: 'hello' },
  { header: { name: 'jpg/link.jpg', size: 0, type: 'symlink', linkname: '/etc/passwd' } },
  { header: { name: 'notes.txt', size: 3 }, body: 'one' },
  { header: { name: `${'deep/'.repeat(40)}b.jpg`, size: 1300 }, body: 'x'.repeat(1300) },
  { header: { name: 'jpg/empty.jpg', size: 0 }, body: '' },
];

describe('readTar', () => {
  it.each([1, 511, 512, 100_000])('yields regular files with clean paths, from pieces of %d bytes', async (piece) => {
    expect(await read(await packTar(ENTRIES), {}, piece)).toEqual([
      ['jpg/a.jpg', 'hello'],
      ['notes.txt', 'one'],
      [`${'deep/'.repeat(40)}b.jpg`, 'x'.repeat(1300)],
      ['jpg/empty.jpg', ''],
    ]);
  });

  it('passes over what is not wanted, however large', async () => {
    const files = await read(await packTar(ENTRIES), { accept: (path) => path.startsWith('jpg/'), maxFileBytes: 10 });
    expect(files.map(([path]) => path)).toEqual(['jpg/a.jpg', 'jpg/empty.jpg']);
  });

  it('refuses a file over the limit', async () => {
    const reading = read(await packTar(ENTRIES), { maxFileBytes: 1299, what: 'photos' });
    await expect(reading).rejects.toThrow(/b\.jpg in the photos has 1300 bytes, more than 1299/);
  });

  it.each(['../evil.jpg', 'jpg/../../evil.jpg', '/etc/evil.jpg', 'C:\\evil.jpg', 'jpg\\..\\evil.jpg'])(
    'refuses the path %s',
    async (name) => {
      const reading = read(await packTar([...ENTRIES, { header: { name, size: 1 }, body: '!' }]));
      await expect(reading).rejects.toThrow(DatasetError);
      await expect(reading).rejects.toThrow(/leads out of it/);
    },
  );

  it('lets a reader stop early', async () => {
    for await (const { path } of readTar(streamOf(await packTar(ENTRIES)), { accept: () => true, maxFileBytes: 10 })) {
      expect(path).toBe('jpg/a.jpg');
      break;
    }
  });

  it('gives a DatasetError for every truncation within a member, and files or a DatasetError for damaged bytes', async () => {
    const whole = await packTar(ENTRIES.slice(0, 4));
    const outcome = (bytes: Uint8Array) =>
      read(bytes).then(
        (files) => files.length,
        (error: unknown) => error,
      );
    // four members of a block each, two of them with a block of content; an archive need not have an end
    const memberEnds = new Map([
      [512, 0],
      [1536, 1],
      [2048, 1],
      [3072, 2],
    ]);
    const truncation = fc.asyncProperty(fc.integer({ min: 0, max: 3583 }), async (length) => {
      const result = await outcome(whole.slice(0, length));
      if (memberEnds.has(length)) expect(result).toBe(memberEnds.get(length));
      else expect(result).toBeInstanceOf(DatasetError);
    });
    const examples = [0, ...memberEnds.keys()].map((length): [number] => [length]);
    await fc.assert(truncation, { numRuns: 200, seed: 1, examples });
    const damage = fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, value) => {
      const result = await outcome(whole.with(at, value));
      if (typeof result !== 'number') expect(result).toBeInstanceOf(DatasetError);
    });
    await fc.assert(damage, { numRuns: 500, seed: 2 });
  });

  it('reports an error of the stream itself', async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error('bad gzip')) });
    const reading = readTar(broken, { accept: () => true, maxFileBytes: 1, what: 'photos' }).next();
    await expect(reading).rejects.toThrow('The photos is damaged: bad gzip.');
  });
});
