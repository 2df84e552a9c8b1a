import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type ByteSource, bytesSource } from '../byte-source.ts';
import { concatenate } from '../bytes.ts';
import { crc32 } from '../crc32.ts';
import { MalformedError } from '../malformed-error.ts';
import { readZipDirectory, readZipEntry } from './zip.ts';

interface Crafted {
  readonly deflate?: boolean;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
  readonly size?: number;
  readonly zip64?: boolean;
}

/** An archive of one file, `a`, field by field. */
function craft(
  content: Uint8Array,
  { deflate, flags = 0, method = deflate ? 8 : 0, zip64, ...claimed }: Crafted = {},
): Uint8Array {
  const data = deflate ? new Uint8Array(deflateRawSync(content)) : content;
  const { crc = crc32(content), size = content.length } = claimed;
  const common = (length: number, write: (view: DataView) => void) => {
    const view = new DataView(new ArrayBuffer(length));
    write(view);
    return new Uint8Array(view.buffer);
  };
  const local = common(30, (view) => {
    view.setUint32(0, 0x04034b50, true);
    view.setUint16(26, 1, true);
  });
  const extra = zip64
    ? common(20, (view) => {
        view.setUint16(0, 1, true);
        view.setUint16(2, 16, true);
        view.setBigUint64(4, BigInt(size), true);
        view.setBigUint64(12, BigInt(data.length), true);
      })
    : new Uint8Array();
  const entry = common(46, (view) => {
    view.setUint32(0, 0x02014b50, true);
    view.setUint16(8, flags, true);
    view.setUint16(10, method, true);
    view.setUint32(16, crc, true);
    view.setUint32(20, zip64 ? 0xffffffff : data.length, true);
    view.setUint32(24, zip64 ? 0xffffffff : size, true);
    view.setUint16(28, 1, true);
    view.setUint16(30, extra.length, true);
  });
  const name = Uint8Array.of(97);
  const files = concatenate([local, name, data]);
  const directory = concatenate([entry, name, extra]);
  const end = common(22, (view) => {
    view.setUint32(0, 0x06054b50, true);
    view.setUint16(10, 1, true);
    view.setUint32(12, directory.length, true);
    view.setUint32(16, files.length, true);
  });
  return concatenate([files, directory, end]);
}

const content = new TextEncoder().encode('hello hello hello hello');

async function readA(bytes: Uint8Array, source: ByteSource = bytesSource(bytes)): Promise<Uint8Array> {
  const entry = (await readZipDirectory(source)).get('a')!;
  return readZipEntry(source, entry, 1000);
}

describe('readZipEntry', () => {
  it.each<[string, Crafted]>([
    ['stored', {}],
    ['deflated', { deflate: true }],
    ['of Zip64', { zip64: true }],
  ])('reads a file that is %s', async (_, options) => {
    expect(await readA(craft(content, options))).toEqual(content);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['no archive', new Uint8Array(100), /not a zip archive/],
    ['no bytes', new Uint8Array(), /not a zip archive/],
    ['a truncated archive', craft(content).slice(0, -10), /not a zip archive/],
    ['a file with another checksum', craft(content, { crc: 1 }), /"a" does not match its checksum/],
    ['an encrypted file', craft(content, { flags: 1 }), /"a" is encrypted/],
    ['a file compressed in another way', craft(content, { method: 12 }), /compressed by method 12/],
    [
      'a file that unpacks to more than it claims',
      craft(new Uint8Array(2 ** 24), { deflate: true, size: 10 }),
      /more than 10 bytes/,
    ],
    ['a file larger than the caller allows', craft(new Uint8Array(1001)), /has 1001 bytes, more than 1000/],
    ['a stored file of another size', craft(content, { size: 5 }), /stored, with 23 of 5 bytes/],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(readA(bytes)).rejects.toThrow(message);
    await expect(readA(bytes)).rejects.toThrow(MalformedError);
  });
});
