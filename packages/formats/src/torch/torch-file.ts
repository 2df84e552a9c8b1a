/**
 * Reads files of `torch.save` in both formats: zip archives (PyTorch 1.6 and later), and the legacy sequence of pickles and storages.
 * Reads the pickle as data and tensors by ranges, so that a file of a gigabyte is never in memory as a whole.
 */

import type { NamedTensor } from '@t2i/core';
import { type ByteSource, bytesSource, readRange } from '../byte-source.ts';
import { latin1, viewOf } from '../bytes.ts';
import { formatError } from '../format-error.ts';
import { MalformedError } from '../malformed-error.ts';
import { unpickle } from '../pickle/unpickle.ts';
import { ELEMENTS, extentOf, gather } from '../strided-tensor.ts';
import { readZipDirectory, readZipEntry, type ZipEntry } from '../zip/zip.ts';
import { storageBytes } from './storage-bytes.ts';
import { SAVE_STATE_DICT, storageOf, TORCH_GLOBALS, type TorchStorage, type TorchTensor } from './torch-tensor.ts';

/** Most bytes of the pickle with names and shapes. All large data is outside of it. */
const MAX_PICKLE_BYTES = 64 * 2 ** 20;
/** The number at the beginning of the legacy format. */
const LEGACY_MAGIC = 0x1950a86a20f9469cfc6cn;
const LEGACY_PROTOCOL = 1001;

export interface TorchFile {
  /** Dictionaries are maps, lists and tuples arrays, tensors `TorchTensor`, NumPy arrays `PickledArray`. */
  readonly value: unknown;
  /**
   * The contiguous numbers of a tensor.
   * @throws FormatError if the file is too short, or a whole storage does not match its checksum
   */
  read(tensor: TorchTensor): Promise<NamedTensor>;
}

/** Access to storages. */
interface Storages {
  readonly littleEndian: boolean;
  /** Bytes `[begin, end)` of a storage. */
  read(storage: TorchStorage, begin: number, end: number): Promise<Uint8Array>;
}

/**
 * Opens a file of `torch.save`. It reads only names and shapes at first.
 * @throws FormatError if the file is damaged, or needs a class or function that is not plain data
 */
export async function openTorchFile(file: Uint8Array | ByteSource, what = 'PyTorch file'): Promise<TorchFile> {
  const source = file instanceof Uint8Array ? bytesSource(file) : file;
  try {
    const isZip = latin1(await source.read(0, 4)) === 'PK\x03\x04';
    const { value, storages } = await (isZip ? openZip(source) : openLegacy(source));
    return { value, read: (tensor) => readTensor(storages, tensor, what) };
  } catch (cause) {
    throw formatError(what, cause);
  }
}

async function readTensor(storages: Storages, tensor: TorchTensor, what: string): Promise<NamedTensor> {
  const { storage, dtype } = tensor;
  const [begin, end] = extentOf(tensor, storage.length);
  const width = ELEMENTS[dtype].bytes;
  try {
    const bytes = begin === end ? new Uint8Array() : await storages.read(storage, begin * width, end * width);
    return gather(dtype, tensor, bytes, { littleEndian: storages.littleEndian, bytesBegin: begin });
  } catch (cause) {
    throw formatError(what, cause);
  }
}

interface Opened {
  readonly value: unknown;
  readonly storages: Storages;
}

async function openZip(source: ByteSource): Promise<Opened> {
  const entries = await readZipDirectory(source);
  const [pickleName] = [...entries.keys()].filter((name) => /(?:^|\/)data\.pkl$/.test(name));
  if (pickleName === undefined) throw new MalformedError('it is a zip archive without data.pkl', SAVE_STATE_DICT);
  const prefix = pickleName.slice(0, -'data.pkl'.length);
  if (entries.has(`${prefix}constants.pkl`)) throw new MalformedError('it is a TorchScript archive', SAVE_STATE_DICT);
  const order = entries.get(`${prefix}byteorder`);
  const littleEndian = order === undefined || latin1(await readZipEntry(source, order, 16)).trim() !== 'big';
  const pickle = await readZipEntry(source, entries.get(pickleName)!, MAX_PICKLE_BYTES);
  const { value } = unpickle(pickle, { globals: TORCH_GLOBALS, persistent: storageOf, hint: SAVE_STATE_DICT });
  const read = (storage: TorchStorage, begin: number, end: number) =>
    storageBytes(source, entryOf(entries, `${prefix}data/${storage.key}`, storage), begin, end);
  return { value, storages: { littleEndian, read } };
}

function entryOf(entries: ReadonlyMap<string, ZipEntry>, name: string, { dtype, length }: TorchStorage): ZipEntry {
  const entry = entries.get(name);
  if (entry === undefined) throw new MalformedError(`it has no ${JSON.stringify(name.slice(0, 100))}`);
  const needed = length * ELEMENTS[dtype].bytes;
  if (entry.size === needed) return entry;
  throw new MalformedError(`${JSON.stringify(name.slice(0, 100))} has ${entry.size} bytes, not ${needed}`);
}

/** Five pickles (a number, the protocol, facts of the system, the value, keys of storages), then each storage after its length. */
async function openLegacy(source: ByteSource): Promise<Opened> {
  const head = await readRange(source, 0, Math.min(source.size, MAX_PICKLE_BYTES));
  if (latin1(head.subarray(257, 262)) === 'ustar') {
    throw new MalformedError('it has the format of PyTorch 0.1.1, a tar archive', SAVE_STATE_DICT);
  }
  const used = new Map<string, TorchStorage>();
  const persistent = (id: unknown) => {
    const storage = storageOf(id);
    used.set(storage.key, storage);
    return storage;
  };
  const options = { globals: TORCH_GLOBALS, persistent, hint: SAVE_STATE_DICT };
  let at = 0;
  const next = (): unknown => {
    const { value, end } = unpickle(head, options, at);
    at = end;
    return value;
  };
  if (!startsLegacy(head) || next() !== LEGACY_MAGIC)
    throw new MalformedError('it is not a file of torch.save', SAVE_STATE_DICT);
  const protocol = next();
  if (protocol !== LEGACY_PROTOCOL)
    throw new MalformedError(`it has the protocol ${String(protocol)}`, SAVE_STATE_DICT);
  const system = next();
  const littleEndian = !(system instanceof Map) || system.get('little_endian') !== false;
  const value = next();
  const begins = await legacyStorages(source, next(), at, used);
  const read = (storage: TorchStorage, begin: number, end: number) => {
    const base = begins.get(storage.key);
    if (base === undefined) throw new MalformedError(`it has no storage ${JSON.stringify(storage.key.slice(0, 100))}`);
    return readRange(source, base + begin, base + end);
  };
  return { value, storages: { littleEndian, read } };
}

/** A pickle of protocol 2 or later whose first value is a number of ten bytes. */
const startsLegacy = (head: Uint8Array) => head[0] === 0x80 && head[2] === 0x8a && head[3] === 10;

async function legacyStorages(
  source: ByteSource,
  keys: unknown,
  begin: number,
  used: ReadonlyMap<string, TorchStorage>,
): Promise<ReadonlyMap<string, number>> {
  const begins = new Map<string, number>();
  let at = begin;
  for (const key of Array.isArray(keys) ? keys : []) {
    const storage = used.get(key);
    if (storage === undefined || begins.has(key)) throw new MalformedError('it lists a storage that no tensor has');
    const length = Number(viewOf(await readRange(source, at, at + 8)).getBigInt64(0, true));
    if (length !== storage.length) {
      throw new MalformedError(`a storage has ${length} elements, its tensors were promised ${storage.length}`);
    }
    begins.set(key, at + 8);
    at += 8 + length * ELEMENTS[storage.dtype].bytes;
  }
  if (at > source.size) throw new MalformedError(`it has ${source.size} bytes, its storages end at byte ${at}`);
  return begins;
}
