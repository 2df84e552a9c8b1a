/**
 * Reads the files of a tar archive one after another from a stream. Nothing is written to disk, and at most one file is in
 * memory. It does not use a library because the known ones hide details: modern-tar and tar-stream return the stored parts of
 * a sparse file as the file, and refuse the signed checksums that GNU tar reads.
 */

import { DatasetError, errorMessage, T2iError } from '@t2i/core';
import { ByteStream } from '../byte-stream.ts';
import { MalformedError } from '../malformed-error.ts';
import {
  BLOCK_LENGTH,
  hasMoreMap,
  hasValidChecksum,
  isZeroBlock,
  longName,
  type Overrides,
  parsePax,
  parseTarHeader,
  type TarHeader,
} from './tar-header.ts';

export interface TarFile {
  /** Relative, with forward slashes, without `.` and `..`. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface ReadTarOptions {
  /** Selects the files to read; others are skipped. */
  readonly accept: (path: string) => boolean;
  /** Most bytes of a file that is read. */
  readonly maxFileBytes: number;
  /** Name of the archive in errors. */
  readonly what?: string | undefined;
}

/** Names and pax records of one member; ordinary ones have a few hundred bytes. */
const MAX_META_BYTES = 2 ** 20;
/** Sparse maps of a file in a million parts; each block holds 21. */
const MAX_MAP_BLOCKS = 50_000;

const FILE_TYPES = ['0', '\0', '7'];
/** Symbolic links, devices, directories and pipes. No bytes follow, whatever their size field. */
const BODILESS_TYPES = ['2', '3', '4', '5', '6'];
/** Labels and directory lists of GNU tar: not files, but with a body. */
const LIST_TYPES = ['V', 'D'];
/** `X` is the variant of Solaris. */
const PAX_TYPES = ['x', 'X'];
const HARD_LINK = '1';
const SPARSE = 'S';
const CONTINUED = 'M';

/**
 * Yields the regular files that `accept` selects. Skips symbolic links and devices.
 * @param stream the archive, decompressed
 * @throws DatasetError for a damaged or truncated archive, a path that leads out of it, a file that is too large, or a
 *   selected file that is stored as a hard link or with holes
 */
export async function* readTar(stream: ReadableStream<Uint8Array>, options: ReadTarOptions): AsyncGenerator<TarFile> {
  const archive = new TarReader(stream, options);
  try {
    for (;;) {
      const file = await archive.next().catch((cause: unknown) => damaged(archive.what, cause));
      if (file === undefined) break;
      yield file;
    }
  } finally {
    await archive.cancel();
  }
}

interface Member extends TarHeader {
  readonly storage: Overrides['storage'];
}

class TarReader {
  readonly what: string;
  readonly #bytes: ByteStream;
  readonly #options: ReadTarOptions;
  #global: Overrides = {};
  #isEmpty = true;

  constructor(stream: ReadableStream<Uint8Array>, options: ReadTarOptions) {
    this.what = options.what ?? 'archive';
    this.#bytes = new ByteStream(stream);
    this.#options = options;
  }

  /** The next selected file; undefined at the end. */
  async next(): Promise<TarFile | undefined> {
    for (let member = await this.#member(); member !== undefined; member = await this.#member()) {
      const path = safePath(member.name, this.what);
      if (isFile(member) && this.#options.accept(path)) return { path, bytes: await this.#file(path, member) };
      await this.#pass(member);
    }
    return undefined;
  }

  cancel(): Promise<void> {
    return this.#bytes.cancel();
  }

  /** The next header, with overrides of the extension headers before it. */
  async #member(): Promise<Member | undefined> {
    let own: Overrides | undefined;
    for (;;) {
      const header = await this.#header();
      if (header === undefined) {
        if (own !== undefined) throw new MalformedError('it ends within a member');
        return undefined;
      }
      if (PAX_TYPES.includes(header.type)) own = merged(own ?? {}, parsePax(await this.#meta(header)));
      else if (header.type === 'g') this.#global = merged(this.#global, parsePax(await this.#meta(header)));
      else if (header.type === 'L') own = merged({ name: longName(await this.#meta(header)) }, own);
      else if (header.type === 'K') own = merged({ linkName: longName(await this.#meta(header)) }, own);
      else {
        const said = merged(this.#global, own);
        return { ...merged(header, said), storage: storageOf(header, said) };
      }
    }
  }

  /** The next header; undefined at the end of the archive: at a block of zeros, or with the stream. */
  async #header(): Promise<TarHeader | undefined> {
    const block = await this.#bytes.read(BLOCK_LENGTH);
    if (block.length === 0 && this.#isEmpty) throw new MalformedError('it is empty');
    this.#isEmpty = false;
    if (block.length === 0) return undefined;
    if (block.length < BLOCK_LENGTH) throw new MalformedError('it ends within a header');
    if (!isZeroBlock(block)) return parseTarHeader(block);
    await this.#readToEnd();
    return undefined;
  }

  /** Reads the padding after the end, so that a compressed stream verifies its checksum. */
  async #readToEnd(): Promise<void> {
    for (let block = await this.#bytes.read(BLOCK_LENGTH); block.length > 0; ) {
      if (block.length === BLOCK_LENGTH && !isZeroBlock(block) && hasValidChecksum(block)) {
        throw new MalformedError('members lie behind its end');
      }
      block = await this.#bytes.read(BLOCK_LENGTH);
    }
  }

  async #meta({ size }: TarHeader): Promise<Uint8Array> {
    if (size > MAX_META_BYTES) throw new MalformedError(`a name or pax header has ${size} bytes`);
    return this.#body(size);
  }

  async #file(path: string, member: Member): Promise<Uint8Array> {
    const { size, type, linkName, storage } = member;
    const named = `${path} in the ${this.what}`;
    if (type === HARD_LINK) {
      throw new DatasetError(`${named} is a hard link to ${JSON.stringify(linkName)}, which is not followed.`, {
        hint: 'Pack the archive again with: tar --hard-dereference',
      });
    }
    if (storage !== undefined) {
      throw new DatasetError(`${named} is stored as ${storage}: the archive does not hold its bytes as they are.`, {
        hint: 'Unpack the archive with tar, and pack it again without --sparse and --multi-volume.',
      });
    }
    if (!FILE_TYPES.includes(type)) {
      throw new DatasetError(`${named} has the unknown type ${JSON.stringify(type)}.`, {
        hint: 'Unpack the archive with the program that made it, and pack it again with tar.',
      });
    }
    if (size > this.#options.maxFileBytes) {
      throw new DatasetError(`${named} has ${size} bytes, more than ${this.#options.maxFileBytes}.`);
    }
    return this.#body(size);
  }

  async #body(size: number): Promise<Uint8Array> {
    const body = await this.#bytes.read(size);
    if (body.length < size) throw new MalformedError(`it ends after ${body.length} of ${size} bytes of a member`);
    await this.#skip(padding(size));
    return body;
  }

  /** Skips a member's body, however large. */
  async #pass(member: Member): Promise<void> {
    if (member.type === SPARSE && member.hasMoreMap) await this.#passMap();
    if (!isBodiless(member)) await this.#skip(member.size + padding(member.size));
  }

  async #passMap(): Promise<void> {
    for (let blocks = 0; blocks < MAX_MAP_BLOCKS; blocks++) {
      const map = await this.#body(BLOCK_LENGTH);
      if (!hasMoreMap(map)) return;
    }
    throw new MalformedError('a sparse map does not end');
  }

  async #skip(length: number): Promise<void> {
    if (!(await this.#bytes.skip(length))) throw new MalformedError('it ends within a member');
  }
}

const padding = (size: number) => (BLOCK_LENGTH - (size % BLOCK_LENGTH)) % BLOCK_LENGTH;

const isBodiless = ({ type }: Member) => type === HARD_LINK || BODILESS_TYPES.includes(type);

/** Whether unpacking would create a file. Before POSIX, a directory was an empty file whose name ends with a slash. */
function isFile({ type, name }: Member): boolean {
  if (BODILESS_TYPES.includes(type) || LIST_TYPES.includes(type)) return false;
  return !(FILE_TYPES.includes(type) && name.endsWith('/'));
}

function storageOf({ type }: TarHeader, said: Overrides): Overrides['storage'] {
  if (type === SPARSE) return 'a sparse file';
  return type === CONTINUED ? 'one volume of several' : said.storage;
}

/** `first`, overridden by `second`. */
function merged<T extends Overrides>(first: T, second: Overrides = {}): T {
  const said = Object.entries(second).filter(([, value]) => value !== undefined);
  return { ...first, ...Object.fromEntries(said) };
}

/** `jpg/a.jpg` from `./jpg/a.jpg`. Refuses paths that would lead out of the target directory on any system. */
function safePath(name: string, what: string): string {
  const parts = name.split('/').filter((part) => part !== '.' && part !== '');
  if (name.startsWith('/') || /[\\\0]|^[A-Za-z]:\//.test(name) || parts.includes('..')) {
    throw new DatasetError(`The ${what} holds the path ${JSON.stringify(name)}, which leads out of it.`, {
      hint: 'It is not the archive it should be: download it again from a source you trust.',
    });
  }
  return parts.join('/');
}

function damaged(what: string, cause: unknown): never {
  if (T2iError.isInstance(cause)) throw cause;
  throw new DatasetError(`The ${what} is damaged: ${errorMessage(cause)}.`, {
    hint: 'Copy or download it again.',
    cause,
  });
}
