import { join } from 'node:path';
import { float32Tensor } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { readStateFile, writeStateFile } from './state-file.ts';

it('round-trips a state dict', () =>
  withTemporaryDirectory(async (directory) => {
    const state = { tensors: { x: float32Tensor([2], Float32Array.of(1, 2)) }, metadata: { a: 'b' } };
    await writeStateFile(join(directory, 'a.safetensors'), state);
    expect(await readStateFile(directory, 'a.safetensors')).toEqual(state);
  }));

it('names a missing file, and refuses one outside the directory', () =>
  withTemporaryDirectory(async (directory) => {
    await expect(readStateFile(directory, 'none')).rejects.toThrow(/none: it does not exist\./);
    await expect(readStateFile(directory, '../none')).rejects.toMatchObject({
      code: 'ERR_CHECKPOINT',
      message: expect.stringContaining('leads outside'),
      hint: expect.any(String),
    });
  }));
