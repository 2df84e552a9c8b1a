import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readMutations } from '../__fixtures__/mutations.ts';
import { sharedPath } from '../__fixtures__/shared.ts';
import { type ByteSource, bytesSource } from '../byte-source.ts';
import { fileSource } from '../node/file-source.ts';
import { openTorchFile } from './torch-file.ts';
import { readTorchState } from './torch-state.ts';
import type { TorchTensor } from './torch-tensor.ts';

const path = (name: string) => fileURLToPath(new URL(`./__fixtures__/${name}`, import.meta.url));
const fixture = (name: string) => new Uint8Array(readFileSync(path(name)));
const COUNT = Array.from({ length: 24 }, (_, i) => i);

describe.each(['state.pth', 'state-legacy.pth'])('readTorchState of %s', (name) => {
  it('reads the tensors by name', async () => {
    const { tensors } = await readTorchState(fixture(name));
    expect({ ...tensors }).toEqual({
      weight: { dtype: 'F32', shape: [4, 6], data: Float32Array.from(COUNT, (i) => i / 8) },
      bias: { dtype: 'F32', shape: [3], data: Float32Array.of(6, 7, 8) },
      steps: { dtype: 'I64', shape: [], data: Float64Array.of(7) },
    });
  });

  it('gives a state or a FormatError for mutations', async () => {
    const report = await readMutations({ name, bytes: fixture(name), read: (bytes) => readTorchState(bytes) }, 300);
    expect(report.refused).toBeGreaterThan(50);
  });
});

describe('readTorchState', () => {
  it('reads views of shared storages, every type, and nested data', async () => {
    const { tensors } = await readTorchState(fixture('views.pth'));
    const numbers = Object.fromEntries(Object.entries(tensors).map(([name, { data }]) => [name, [...data]]));
    expect(numbers).toEqual({
      base: COUNT,
      transposed: COUNT.map((i) => (i % 4) * 6 + Math.floor(i / 4)),
      slice: [8, 9, 10, 14, 15, 16],
      expanded: [0, 0, 0, 0, 0, 0],
      empty: [],
      scalar: [2.5],
      'nested.0.a': [1, 0],
      float16: [0, 0x3c00, 0x4000],
      bfloat16: [0, 0x3f80, 0x4000],
      ...Object.fromEntries(['int64', 'int32', 'int16', 'int8', 'uint8'].map((type) => [type, [0, 1, 2]])),
    });
    expect([tensors.transposed!.shape, tensors.empty!.shape, tensors.scalar!.shape]).toEqual([[6, 4], [0, 3], []]);
  });

  it('refuses a whole module, and says what to save instead', async () => {
    const reading = readTorchState(fixture('module.pth'), 'file module.pth');
    await expect(reading).rejects.toMatchObject({
      code: 'ERR_FORMAT',
      message: expect.stringContaining('asks for the Python class or function "torch.nn.modules.linear.Linear"'),
      hint: expect.stringContaining('torch.save(model.state_dict()'),
    });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['a web page', new TextEncoder().encode('<html>'), /is not a file of torch\.save/],
    ['no bytes', new Uint8Array(), /is not a file of torch\.save/],
    ['a truncated archive', fixture('state.pth').slice(0, 1500), /not a zip archive, or its end is missing/],
    [
      'a truncated legacy file',
      fixture('state-legacy.pth').slice(0, -1),
      /its storages end at byte|claims to have data/,
    ],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(readTorchState(bytes)).rejects.toThrow(message);
  });

  it('notices a damaged weight by the checksum of its storage', async () => {
    const bytes = fixture('state.pth');
    const at = Buffer.from(bytes).indexOf(Buffer.from(Float32Array.of(6, 7, 8).buffer));
    bytes[at] = 1;
    await expect(readTorchState(bytes)).rejects.toThrow(/"state\/data\/1" does not match its checksum/);
  });
});

describe('openTorchFile', () => {
  it('reads a part of a storage by its range', async () => {
    const ranges: number[] = [];
    const whole = bytesSource(fixture('views.pth'));
    const source: ByteSource = {
      size: whole.size,
      read: (begin, end) => {
        ranges.push(end - begin);
        return whole.read(begin, end);
      },
    };
    const { value, read } = await openTorchFile(source);
    ranges.length = 0;
    const tensor = (value as Map<string, TorchTensor>).get('slice')!;
    expect([...(await read(tensor)).data]).toEqual([8, 9, 10, 14, 15, 16]);
    expect(ranges).toEqual([30, 36]); // the header of the file in the archive, and nine numbers
  });

  it('reads an open file of Node', async () => {
    const file = await open(path('state.pth'));
    try {
      const { tensors } = await readTorchState(await fileSource(file));
      expect([...tensors.bias!.data]).toEqual([6, 7, 8]);
    } finally {
      await file.close();
    }
  });
});

const directory = sharedPath('formats');

describe.skipIf(directory === undefined)('readTorchState of files of PyTorch in ../shared/formats', () => {
  const read = (name: string) => readTorchState(readFileSync(join(directory!, 'torch', name)), name);

  it.each(['state-dict.pth', 'state-dict-legacy.pth'])('reads %s as PyTorch does', async (name) => {
    const values = JSON.parse(readFileSync(join(directory!, 'values.json'), 'utf8'));
    const { tensors } = await read(name);
    for (const [key, { shape, data }] of Object.entries(tensors)) {
      const expected = values[`state-dict ${key}`];
      expect([shape, data[0]], key).toEqual([expected.shape, expected.first]);
      expect(
        [...data].reduce((sum, value) => sum + value, 0),
        key,
      ).toBeCloseTo(expected.sum, 10);
    }
    expect(Object.keys(tensors)).toHaveLength(8);
  });

  it('reads views, types and a checkpoint of two networks', async () => {
    const { tensors } = await read('dtypes-and-views.pth');
    expect([tensors.view!.shape, [...tensors.view!.data]]).toEqual([
      [2, 3],
      [8, 9, 10, 14, 15, 16],
    ]);
    const checkpoint = await read('checkpoint.pth');
    expect(checkpoint.tensors['netG.fc.weight']!.shape).toEqual([8, 5]);
    expect(checkpoint.tensors['netD.up.weight']!.shape).toEqual([2, 3, 4, 4]);
  });

  it('refuses a module by the name of its class', async () => {
    await expect(read('whole-module.pth')).rejects.toThrow(/class or function "__main__\.M"/);
  });
});
