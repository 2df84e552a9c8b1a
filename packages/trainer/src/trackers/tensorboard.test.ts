import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { concatenate } from '@t2i/formats';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { fileVersionEvent, scalarsEvent, sessionStartEvent } from '../tensorboard/event.ts';
import { TensorBoardTracker } from './tensorboard.ts';

const now = () => 1_700_000_000_500;

it('gives every session a file of its own, in order, even within one second', async () => {
  await withTemporaryDirectory(async (directory) => {
    for (const firstStep of [0, 31, 61]) {
      const tracker = await TensorBoardTracker.open({ directory, firstStep, now });
      await tracker.scalars(firstStep + 9, { 'loss/generator': 1 });
      await tracker.close();
    }
    const names = (await readdir(directory)).sort();
    expect(names).toEqual([0, 1, 2].map((i) => `events.out.tfevents.1700000000.000${i}`));
    const expected = concatenate([
      fileVersionEvent(1_700_000_000.5),
      sessionStartEvent(1_700_000_000.5, 31),
      scalarsEvent(1_700_000_000.5, 40, { 'loss/generator': 1 }),
    ]);
    expect([...(await readFile(join(directory, names[1]!)))]).toEqual([...expected]);
  });
});

it('embeds images as PNG', async () => {
  await withTemporaryDirectory(async (directory) => {
    const tracker = await TensorBoardTracker.open({ directory, now });
    await tracker.image(3, 'samples', { width: 4, height: 2, data: new Uint8Array(24) });
    await tracker.close();
    const file = await readFile(join(directory, (await readdir(directory))[0]!));
    expect(file.includes(Buffer.from('samples'))).toBe(true);
    expect(file.includes(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]))).toBe(true);
  });
});
