import { readFile } from 'node:fs/promises';
import { concatenate } from '@t2i/formats';
import { expect, it } from 'vitest';
import { fileVersionEvent, imageEvent, scalarsEvent, sessionStartEvent } from './event.ts';

it('matches the bytes of the Python writer', async () => {
  const golden = await readFile(new URL('./__fixtures__/golden.tfevents', import.meta.url));
  const png = Uint8Array.from({ length: 200 }, (_, i) => i);
  const written = concatenate([
    fileVersionEvent(1700000000.25),
    sessionStartEvent(1700000000.25, 131),
    scalarsEvent(1700000001.5, 131, { 'loss/generator': 0.7, 'score/réal': -1e-9 }),
    scalarsEvent(1700000002, 5_000_000_000, { epoch: 12 }),
    imageEvent(1700000003, 131, 'samples', { width: 300, height: 2, png }),
  ]);
  expect(Buffer.from(written).equals(golden)).toBe(true);
});
