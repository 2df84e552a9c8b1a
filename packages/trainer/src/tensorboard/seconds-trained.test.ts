import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { concatenate } from '@t2i/formats';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { fileVersionEvent, imageEvent, scalarsEvent, sessionStartEvent } from './event.ts';
import { secondsTrained } from './seconds-trained.ts';

const session = (from: number, to: number) =>
  concatenate([
    fileVersionEvent(from),
    sessionStartEvent(from, 0),
    imageEvent(from + 1, 1, 'samples', { width: 1, height: 1, png: new Uint8Array(5000) }),
    scalarsEvent(to, 20_000, { loss: 1 }),
  ]);

it('adds up the sessions of a run, without the time between them', () =>
  withTemporaryDirectory(async (run) => {
    await writeFile(join(run, 'run.json'), '{}');
    expect(await secondsTrained(run)).toBeUndefined();
    await writeFile(join(run, 'events.out.tfevents.1.0000'), session(1000.5, 1600));
    await writeFile(join(run, 'events.out.tfevents.2.0000'), session(9000, 9010.25));
    expect(await secondsTrained(run)).toBe(599.5 + 10.25);
  }));

it('counts until the last whole event of a file that was being written', () =>
  withTemporaryDirectory(async (run) => {
    const cut = scalarsEvent(300, 2, { loss: 1 }).subarray(0, -3);
    await writeFile(join(run, 'events.out.tfevents.1.0000'), concatenate([session(100, 200), cut]));
    expect(await secondsTrained(run)).toBe(100);
    await writeFile(join(run, 'events.out.tfevents.1.0000'), '');
    expect(await secondsTrained(run)).toBe(0);
  }));
