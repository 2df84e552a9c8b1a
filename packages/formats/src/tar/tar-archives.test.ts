/** Archives such as programs made and make; the right values are those of GNU tar. */

import { execFileSync } from 'node:child_process';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatasetError } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CraftedMember, craftMembers, craftTar, GNU_MAGIC, joined, paxRecords } from './__fixtures__/craft-tar.ts';
import { read } from './__fixtures__/read-tar-bytes.ts';

const pax = (type: string, records: Record<string, string>): CraftedMember => ({
  name: 'PaxHeaders/p',
  type,
  body: paxRecords(records),
});

const HELLO: CraftedMember = { name: 'jpg/a.jpg', body: 'hello' };
const GNU_SPARSE: CraftedMember = {
  name: 's.jpg',
  type: 'S',
  magic: GNU_MAGIC,
  body: 'hello',
  fields: { 483: '00004000000\0' },
};
/** The map says: 5 bytes at 499,712, then a hole to 1 MiB. */
const POSIX_SPARSE: CraftedMember[] = [
  {
    name: 'PaxHeaders/s.jpg',
    type: 'x',
    body: paxRecords({
      'GNU.sparse.major': '1',
      'GNU.sparse.minor': '0',
      'GNU.sparse.name': 's.jpg',
      'GNU.sparse.realsize': '1048576',
    }),
  },
  { name: 'GNUSparseFile.7/s.jpg', body: `${'2\n499712\n5\n1048576\n0\n'.padEnd(512, '\0')}hello` },
];

describe('readTar, on archives of other programs', () => {
  it.each<[string, Uint8Array, [string, string][]]>([
    ['a colon in a name', craftTar([{ name: 'notes/12:30.txt', body: '1' }]), [['notes/12:30.txt', '1']]],
    ['one block of zeros at the end', craftTar([HELLO], 1), [['jpg/a.jpg', 'hello']]],
    ['no end', craftMembers([HELLO]), [['jpg/a.jpg', 'hello']]],
    ['zeros to the end of a record', craftTar([HELLO], 20), [['jpg/a.jpg', 'hello']]],
    [
      'old bytes behind the end',
      joined([craftTar([HELLO], 1), new Uint8Array(700).fill(65)]),
      [['jpg/a.jpg', 'hello']],
    ],
    [
      'a checksum of signed bytes',
      craftTar([{ ...HELLO, name: Uint8Array.of(0x61, 0xfc), signedChecksum: true }]),
      [['a\ufffd', 'hello']],
    ],
    [
      'a time before POSIX',
      craftTar([
        { name: 'dir/', type: '\0', magic: '' },
        { ...HELLO, type: '\0', magic: '' },
      ]),
      [['jpg/a.jpg', 'hello']],
    ],
    ['a binary size', craftTar([{ ...HELLO, binarySize: true }]), [['jpg/a.jpg', 'hello']]],
    ['a prefix', craftTar([{ ...HELLO, fields: { 345: 'a/b' } }]), [['a/b/jpg/a.jpg', 'hello']]],
    [
      'no prefix in the header of GNU tar',
      craftTar([{ ...HELLO, magic: GNU_MAGIC, fields: { 345: '12345' } }]),
      [['jpg/a.jpg', 'hello']],
    ],
    [
      'a GNU long name',
      craftTar([{ name: '././@LongLink', type: 'L', body: `${'n'.repeat(200)}\0` }, HELLO]),
      [['n'.repeat(200), 'hello']],
    ],
    ['a pax path and size', craftTar([pax('x', { path: 'ü', size: '5' }), { ...HELLO, size: 0 }]), [['ü', 'hello']]],
    ['a pax header of Solaris', craftTar([pax('X', { path: 'b' }), HELLO]), [['b', 'hello']]],
    [
      'a global pax header, and one that takes it back',
      craftTar([pax('g', { path: 'b' }), HELLO, pax('g', { path: '' }), HELLO]),
      [
        ['b', 'hello'],
        ['b', 'hello'],
      ],
    ],
    [
      'labels, lists and devices',
      craftTar([
        { name: 'backup', type: 'V' },
        { name: 'dir', type: 'D', body: 'Ya.jpg\0' },
        { name: 'tty', type: '3', size: 7 },
        HELLO,
      ]),
      [['jpg/a.jpg', 'hello']],
    ],
  ])('reads %s', async (_, bytes, files) => expect(await read(bytes)).toEqual(files));

  it.each<[string, Uint8Array, RegExp]>([
    [
      'a hard link',
      craftTar([HELLO, { name: 'jpg/b.jpg', type: '1', linkName: 'jpg/a.jpg' }]),
      /jpg\/b\.jpg in the archive is a hard link to "jpg\/a\.jpg"/,
    ],
    ['a sparse file of GNU tar', craftTar([GNU_SPARSE]), /s\.jpg in the archive is stored as a sparse file/],
    ['a sparse file in a pax header', craftTar(POSIX_SPARSE), /^s\.jpg in the archive is stored as a sparse file/],
    [
      'a sparse file of an older pax header',
      craftTar([pax('x', { 'GNU.sparse.size': '9', 'GNU.sparse.numblocks': '0' }), HELLO]),
      /stored as a sparse file/,
    ],
    ['a sparse file of star', craftTar([pax('x', { 'SCHILY.realsize': '9' }), HELLO]), /stored as a sparse file/],
    [
      'a file that began on another tape',
      craftTar([{ ...HELLO, type: 'M', magic: GNU_MAGIC }]),
      /stored as one volume of several/,
    ],
    ['an unknown type', craftTar([{ ...HELLO, type: 'Q' }]), /has the unknown type "Q"/],
    ['two archives joined', joined([craftTar([HELLO]), craftTar([HELLO])]), /members lie behind its end/],
    ['nothing', new Uint8Array(), /it is empty/],
    ['a page of HTML', new TextEncoder().encode('<!DOCTYPE html>'.padEnd(600)), /wrong checksum/],
    ['half a header', craftMembers([HELLO]).slice(0, 300), /ends within a header/],
    ['a pax header of nothing', craftTar([pax('x', { path: 'b' })]), /ends within a member/],
    [
      'a damaged pax header',
      craftTar([{ name: 'p', type: 'x', body: '999 path=b\n' }, HELLO]),
      /pax header is damaged/,
    ],
    [
      'a pax record without a line end',
      craftTar([{ name: 'p', type: 'x', body: '8 path=b' }, HELLO]),
      /pax header is damaged/,
    ],
    ['a negative pax size', craftTar([pax('x', { size: '-5' }), HELLO]), /has the size "-5"/],
    ['a huge pax header', craftTar([{ name: 'p', type: 'x', size: 2 ** 30 }]), /pax header has 1073741824 bytes/],
    ['a size beyond all', craftTar([{ ...HELLO, fields: { 124: '\u007f'.repeat(12) } }]), /no valid size/],
    ['a size that is not octal', craftTar([{ ...HELLO, fields: { 124: '9'.repeat(11) } }]), /no valid size/],
    ['a NUL in a path', craftTar([pax('x', { path: 'a\0.jpg' }), HELLO]), /leads out of it/],
    ['a drive of Windows', craftTar([{ ...HELLO, name: 'C:/evil.jpg' }]), /leads out of it/],
  ])('refuses %s', async (_, bytes, message) => {
    const error = await read(bytes).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DatasetError);
    expect((error as Error).message).toMatch(message);
  });

  it('passes over sparse files and hard links that are not wanted', async () => {
    const moreMap = new Uint8Array(1024); // two more blocks of the map, the first of which announces the second
    moreMap[504] = 1;
    const long = {
      ...GNU_SPARSE,
      body: joined([moreMap, new TextEncoder().encode('hello')]),
      size: 5,
      fields: { 482: '\u0001' },
    };
    const link: CraftedMember = { name: 'b.jpg', type: '1', linkName: 'a.jpg', size: 5 };
    const accept = (path: string) => path.startsWith('jpg/');
    expect(await read(craftTar([GNU_SPARSE, long, ...POSIX_SPARSE, link, HELLO]), { accept })).toEqual([
      ['jpg/a.jpg', 'hello'],
    ]);
  });

  it('gives files or a DatasetError for members of any kind', async () => {
    const name = fc.constantFrom('a', 'b/c', 'd/', '', '__proto__', '../x', 'n'.repeat(100));
    const records = fc.dictionary(
      fc.constantFrom('path', 'size', 'linkpath', 'GNU.sparse.major', '__proto__'),
      fc.constantFrom('', '3', 'x', '1e9'),
    );
    const member = fc
      .record({
        name,
        type: fc.constantFrom(...'0\x0017123456xXgLKSMVDNQ'),
        body: fc.oneof(fc.string({ maxLength: 600 }), records.map(paxRecords)),
        size: fc.option(fc.nat(1500), { nil: undefined }),
        magic: fc.constantFrom('ustar\x0000', GNU_MAGIC, ''),
        fields: fc.constantFrom({}, { 482: '\u0001' }, { 345: 'prefix' }),
      })
      .map(({ size, ...rest }): CraftedMember => (size === undefined ? rest : { ...rest, size }));
    let [whole, refused] = [0, 0];
    const property = fc.asyncProperty(fc.array(member, { maxLength: 5 }), fc.nat(3), async (members, zeros) => {
      const result = await read(craftTar(members, zeros)).catch((error: unknown) => error);
      if (Array.isArray(result)) whole += 1;
      else refused += 1;
      if (!Array.isArray(result)) expect(result).toBeInstanceOf(DatasetError);
      expect(Object.keys(Object.prototype)).toEqual([]);
    });
    await fc.assert(property, { numRuns: 1000, seed: 18 });
    expect([whole > 50, refused > 50]).toEqual([true, true]);
  });
});

const gnuTar = (() => {
  try {
    return execFileSync('tar', ['--version'], { encoding: 'utf8' }).includes('GNU tar');
  } catch {
    return false;
  }
})();

describe.skipIf(!gnuTar)('readTar, beside GNU tar', () => {
  it.each(['gnu', 'pax', 'ustar', 'v7', 'oldgnu'])('reads what it packs in the format %s', (format) =>
    withTemporaryDirectory(async (directory) => {
      const names = ['a.jpg', '12:30.txt', 'ü.jpg', ...(['v7'].includes(format) ? [] : [`${'n'.repeat(90)}.jpg`])];
      for (const [i, name] of names.entries()) await writeFile(join(directory, name), 'x'.repeat(700 * i));
      execFileSync('tar', ['--format', format, '-cf', 'out.tar', '--force-local', ...names], { cwd: directory });
      const files = await read(await readFile(join(directory, 'out.tar')), { maxFileBytes: 5000 });
      expect(files).toEqual(names.map((name, i) => [name, 'x'.repeat(700 * i)]));
    }),
  );

  it.each(['gnu', 'pax'])(
    'refuses a sparse file and a hard link that it packs in the format %s, and lets others pass',
    (format) =>
      withTemporaryDirectory(async (directory) => {
        const file = await open(join(directory, 's.jpg'), 'w');
        await file.write('hello', 2 ** 19);
        await file.truncate(2 ** 20);
        await file.close();
        await writeFile(join(directory, 'a.jpg'), 'hello');
        execFileSync('ln', ['a.jpg', 'b.jpg'], { cwd: directory });
        execFileSync('tar', ['--format', format, '--sparse', '-cf', 'out.tar', 's.jpg', 'a.jpg', 'b.jpg'], {
          cwd: directory,
        });
        const archive = await readFile(join(directory, 'out.tar'));
        const only = (name: string) => read(archive, { accept: (path) => path === name, maxFileBytes: 2 ** 21 });
        expect(await only('a.jpg')).toEqual([['a.jpg', 'hello']]);
        await expect(only('s.jpg')).rejects.toThrow('s.jpg in the archive is stored as a sparse file');
        await expect(only('b.jpg')).rejects.toThrow('b.jpg in the archive is a hard link to "a.jpg"');
      }),
  );
});
