import { randomUUID } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CheckpointError, DivergenceError, float32Tensor, type Logger, Rng } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import {
  discardCheckpointsAfter,
  latestCheckpoint,
  latestCheckpointPath,
  loadLatestModelState,
  pruneCheckpoints,
  readCheckpoint,
  saveCheckpoint,
} from './checkpoint.ts';

const checkpoint = (step: number, value = step) => ({
  identity: {
    model: { filters: 4 },
    batches: { batchSize: 2, batchesPerEpoch: 3 },
    trainer: {
      learningRate: 1,
      learningRateDecay: 0.5,
      decayEvery: 100,
      decayAt: 'start' as const,
      seed: 1,
      logEvery: 10,
    },
  },
  progress: {
    step,
    epoch: 1,
    images: 2 * step,
    rng: [1, 2, 3, 4] as const,
    batches: { position: step },
    means: { steps: 1, sums: { 'loss/generator': 0.1 + 0.2 } },
    losses: { 'loss/generator': [0.1] },
  },
  state: { tensors: { weight: float32Tensor([2], Float32Array.of(value, 1)) }, metadata: { kind: 'test' } },
});

/** A run in a sub-directory of a temporary directory. */
const inRun = (test: (run: string) => Promise<void>) =>
  withTemporaryDirectory(async (place) => {
    await mkdir(join(place, 'runs/run'), { recursive: true });
    await test(join(place, 'runs/run'));
  });
const directory = (run: string) => join(run, 'checkpoints');
const listener = () => {
  const warnings: string[] = [];
  const logger: Logger = { info: () => {}, warn: (message) => warnings.push(message) };
  return { warnings, logger };
};

describe('saveCheckpoint', () => {
  it('writes what is read back, and leaves nothing beside it', () =>
    inRun(async (run) => {
      const path = await saveCheckpoint(run, checkpoint(7));
      expect(path).toBe(join(directory(run), 'step-00000007'));
      const weights = { bytes: expect.any(Number), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) };
      expect(await readCheckpoint(path)).toEqual({ path, weights, ...checkpoint(7) });
      expect(await latestCheckpointPath(run)).toBe(path);
      expect(await readdir(directory(run))).toEqual(['step-00000007']);
    }));

  it('refuses a state that is not finite, and writes nothing', () =>
    inRun(async (run) => {
      await expect(saveCheckpoint(run, checkpoint(7, Number.NaN))).rejects.toThrow(DivergenceError);
      expect(await readdir(run)).toEqual([]);
    }));

  it('says why the disk refuses, and leaves nothing behind', () =>
    inRun(async (run) => {
      await mkdir(join(directory(run), 'step-00000007', 'in-the-way'), { recursive: true });
      await expect(saveCheckpoint(run, checkpoint(7))).rejects.toMatchObject({ code: 'ERR_WRITE' });
      expect(await readdir(directory(run))).toEqual(['step-00000007']);
    }));
});

describe('latestCheckpoint', () => {
  it('is undefined without any, also without a directory', () =>
    inRun(async (run) => {
      expect(await latestCheckpoint(run)).toBeUndefined();
      await expect(loadLatestModelState(run)).rejects.toThrow('has no checkpoint');
    }));

  it('finds the newest by number, not by name', () =>
    inRun(async (run) => {
      for (const step of [99_999_999, 100_000_000, 5]) await saveCheckpoint(run, checkpoint(step));
      expect((await latestCheckpoint(run))?.progress.step).toBe(100_000_000);
    }));

  const damages: [string, (path: string) => Promise<void>][] = [
    ['weights cut short', (path) => truncate(join(path, 'model.safetensors'), 20)],
    ['one changed byte in the weights', (path) => flipLastByte(join(path, 'model.safetensors'))],
    ['an empty meta.json', (path) => truncate(join(path, 'meta.json'))],
    ['no meta.json', (path) => rm(join(path, 'meta.json'))],
    ['no weights', (path) => rm(join(path, 'model.safetensors'))],
    ['a directory in the place of the weights', (path) => replaceByDirectory(join(path, 'model.safetensors'))],
    ['weights that a link leads to', (path) => moveAndLink(join(path, 'model.safetensors'))],
    ['a whole checkpoint that a link leads to', moveAndLink],
    ['another format', (path) => writeFile(join(path, 'meta.json'), '{"format":3}')],
    ['the files of another checkpoint', (path) => cp(join(path, '../step-00000003'), path, { recursive: true })],
    ['a file in the place of all', (path) => replaceByFile(path)],
  ];
  it.each(damages)('passes over %s with a warning', (_, damage) =>
    inRun(async (run) => {
      await saveCheckpoint(run, checkpoint(3));
      await damage(await saveCheckpoint(run, checkpoint(6)));
      const { warnings, logger } = listener();
      expect((await latestCheckpoint(run, logger))?.progress.step).toBe(3);
      expect((await loadLatestModelState(run)).state.tensors.weight?.data[0]).toBe(3);
      expect(warnings).toEqual([expect.stringContaining('step-00000006')]);
    }),
  );

  it(
    'notices any bit that is not as it was written: a sample of each file',
    () =>
      inRun(async (run) => {
        await saveCheckpoint(run, checkpoint(3));
        const path = await saveCheckpoint(run, checkpoint(6));
        const rng = new Rng(1);
        for (const name of ['meta.json', 'model.safetensors']) {
          const file = join(path, name);
          const whole = await readFile(file);
          const bits = rng.shuffle(Array.from({ length: whole.length * 8 }, (_, bit) => bit)).slice(0, 1000);
          const accepted: number[] = [];
          for (const bit of bits) {
            const damaged = Buffer.from(whole);
            damaged[bit >> 3]! ^= 1 << (bit & 7);
            await writeFile(file, damaged);
            const read = await readCheckpoint(path).catch((error: unknown) => error);
            if (!CheckpointError.isInstance(read)) accepted.push(bit);
          }
          expect(accepted).toEqual([]);
          await writeFile(file, whole);
        }
        expect((await latestCheckpoint(run))?.progress.step).toBe(6);
      }),
    180_000,
  );

  it('opens a checkpoint of a version that wrote no checksum', () =>
    inRun(async (run) => {
      const path = await saveCheckpoint(run, checkpoint(7));
      const file = join(path, 'meta.json');
      const { checksum: _, ...meta } = JSON.parse(await readFile(file, 'utf8'));
      await writeFile(file, JSON.stringify({ ...meta, format: 1 }));
      expect(await readCheckpoint(path)).toMatchObject(checkpoint(7));
      await writeFile(file, JSON.stringify({ ...meta, format: 2 }));
      await expect(readCheckpoint(path)).rejects.toThrow(CheckpointError);
    }));

  it('finds the newest while a training removes those before it', () =>
    inRun(async (run) => {
      await saveCheckpoint(run, checkpoint(0));
      let step = 0;
      let training = true;
      const trained = (async () => {
        while (training) {
          step += 1;
          await saveCheckpoint(run, checkpoint(step));
          await pruneCheckpoints(run, 1);
        }
      })();
      const { warnings, logger } = listener();
      for (let look = 0; look < 60; look++) {
        const before = step - 1;
        expect((await latestCheckpoint(run, logger))!.progress.step).toBeGreaterThanOrEqual(before);
      }
      training = false;
      await trained;
      expect(warnings).toEqual([]);
    }));

  it('fails when all are damaged, rather than starting again', () =>
    inRun(async (run) => {
      await truncate(join(await saveCheckpoint(run, checkpoint(3)), 'meta.json'));
      await expect(latestCheckpoint(run)).rejects.toThrow(CheckpointError);
      await expect(latestCheckpoint(run)).rejects.toThrow(`The only checkpoint in ${run} is damaged`);
    }));
});

it('pruneCheckpoints keeps the newest', () =>
  inRun(async (run) => {
    for (const step of [3, 6, 9]) await saveCheckpoint(run, checkpoint(step));
    await pruneCheckpoints(run, 2);
    expect(await readdir(directory(run))).toEqual(['step-00000006', 'step-00000009']);
    await pruneCheckpoints(run, 5);
    expect(await readdir(directory(run))).toHaveLength(2);
  }));

it('discardCheckpointsAfter removes later checkpoints', () =>
  inRun(async (run) => {
    for (const step of [3, 6, 9]) await saveCheckpoint(run, checkpoint(step));
    await discardCheckpointsAfter(run, 3);
    expect(await readdir(directory(run))).toEqual(['step-00000003']);
  }));

/** Moves a file or a directory out of the run and replaces it with a link. */
async function moveAndLink(path: string): Promise<void> {
  const elsewhere = join(dirname(path), '../../..', `${randomUUID()}`);
  await rename(path, elsewhere);
  await symlink(elsewhere, path);
}

async function flipLastByte(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(path, bytes);
}

async function replaceByDirectory(path: string): Promise<void> {
  await rm(path);
  await mkdir(path);
}

async function replaceByFile(path: string): Promise<void> {
  await rm(path, { recursive: true });
  await writeFile(path, '');
}
