import { existsSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DivergenceError, type JsonValue, type RgbImage, type Tracker } from '@t2i/core';
import { MockBatches, MockModel, withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it, vi } from 'vitest';
import { latestCheckpoint } from './checkpoint.ts';
import type { TrainerConfigInput } from './config.ts';
import type { StepEvent } from './events.ts';
import { createPreview } from './preview.ts';
import { readRun } from './run-directory.ts';
import { readLog } from './trackers/jsonl.ts';
import { type TrainOptions, train } from './trainer.ts';

const inRun = (use: (runDirectory: string) => Promise<void>) =>
  withTemporaryDirectory((directory) => use(join(directory, 'run')));

/** 3 epochs of 5 steps of 4 images. */
function options(runDirectory: string, config: TrainerConfigInput = {}): TrainOptions & { model: MockModel } {
  return {
    runDirectory,
    model: new MockModel(),
    batches: new MockBatches(),
    config: { epochs: 3, learningRate: 0.1, decayEvery: 2, logEvery: 2, ...config },
  };
}

function previewOf(model: MockModel) {
  const rows = [{ caption: 'a red flower', embedding: new Float32Array(8), seen: true }];
  return createPreview({ model, rows, columns: 2, seed: 1 });
}

describe('a whole run', () => {
  it('writes its documented files', () =>
    inRun(async (runDirectory) => {
      const given = options(runDirectory);
      const result = await train({ ...given, preview: previewOf(given.model), run: { data: 'toy' } });
      expect(result).toEqual({ stopped: 'finished', step: 15, epoch: 3, images: 60 });
      expect((await readdir(runDirectory)).sort()).toEqual([
        'checkpoints',
        'curves.png',
        'curves.svg',
        expect.stringMatching(/^events\.out\.tfevents\./),
        'log.jsonl',
        'run.json',
        'samples',
      ]);
      expect(await readdir(join(runDirectory, 'samples'))).toEqual([0, 1, 2, 3].map((i) => `epoch-000${i}.png`));
      expect(await readdir(join(runDirectory, 'checkpoints'))).toEqual(['step-00000010', 'step-00000015']);
      const record = await readRun(runDirectory);
      expect(record).toMatchObject({ run: { data: 'toy' }, trainer: { epochs: 3, keepLast: 2 } });
      expect(record.versions['@t2i/trainer']).toMatch(/^\d+\.\d+\.\d+$/);
    }));

  it('logs means of every window, closed at the end of an epoch, with the learning rate of the epoch', () =>
    inRun(async (runDirectory) => {
      const given = options(runDirectory);
      const losses: number[] = [];
      const step = given.model.step.bind(given.model);
      given.model.step = async (batch, stepOptions) => {
        const scalars = await step(batch, stepOptions);
        losses.push(scalars['loss/discriminator']!);
        return scalars;
      };
      await train(given);
      const log = await readLog(join(runDirectory, 'log.jsonl'));
      expect(log.map((line) => line.step)).toEqual([2, 4, 5, 6, 8, 10, 12, 14, 15]);
      expect(log.map((line) => line.epoch)).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3]);
      expect(log.map((line) => line.learningRate)).toEqual([0.1, 0.1, 0.1, ...Array(6).fill(0.05)]);
      expect(log[0]).toMatchObject({
        images: 8,
        'loss/discriminator': (losses[0]! + losses[1]!) / 2,
        'score/real': 0.5,
      });
      expect(log[2]!['loss/discriminator']).toBe(losses[4]);
    }));

  it('gives the same log and weights again for the same seed, and others for another', () =>
    inRun(async (runDirectory) => {
      const outcome = async (name: string, config: TrainerConfigInput) => {
        const given = options(join(runDirectory, name), config);
        await train(given);
        return { weight: given.model.weight, log: await readFile(join(runDirectory, name, 'log.jsonl'), 'utf8') };
      };
      const first = await outcome('a', { seed: 1 });
      expect(await outcome('b', { seed: 1 })).toEqual(first);
      expect((await outcome('c', { seed: 2 })).weight).not.toBe(first.weight);
    }));

  it('steps ahead of pending metrics only up to the next log line or checkpoint', () =>
    inRun(async (runDirectory) => {
      const outcome = async (name: string, stepsAhead: boolean) => {
        const given = options(join(runDirectory, name), { logEvery: 3 });
        const step = given.model.step.bind(given.model);
        let [begun, furthest] = [0, 0];
        given.model.step = (batch, stepOptions) => {
          begun += 1;
          furthest = Math.max(furthest, begun);
          const scalars = step(batch, stepOptions);
          return new Promise((resolve) =>
            setImmediate(() => {
              begun -= 1;
              resolve(scalars);
            }),
          );
        };
        await train({ ...given, model: Object.assign(given.model, { stepsAhead }) });
        const log = await readFile(join(runDirectory, name, 'log.jsonl'), 'utf8');
        return { furthest, log, weight: given.model.weight };
      };
      const waited = await outcome('a', false);
      expect(waited.furthest).toBe(1);
      expect(await outcome('b', true)).toEqual({ ...waited, furthest: 3 });
    }));

  it('reports to trackers, with speed, and after every step to onStep', () =>
    inRun(async (runDirectory) => {
      const scalars: [number, Readonly<Record<string, number>>][] = [];
      const images: [number, string, RgbImage][] = [];
      const tracker: Tracker = {
        scalars: (step, values) => void scalars.push([step, values]),
        image: (step, tag, image) => void images.push([step, tag, image]),
      };
      const events: StepEvent[] = [];
      const given = options(runDirectory, { epochs: 1 });
      await train({
        ...given,
        preview: previewOf(given.model),
        trackers: [tracker],
        onStep: (event) => events.push(event),
      });
      expect(scalars.map(([step]) => step)).toEqual([2, 4, 5]);
      expect(scalars[0]![1]['speed/imagesPerSecond']).toBeGreaterThan(0);
      expect(images.map(([step, tag]) => [step, tag])).toEqual([
        [0, 'samples'],
        [5, 'samples'],
      ]);
      expect(events.map(({ step, logged }) => [step, logged])).toEqual([
        [1, false],
        [2, true],
        [3, false],
        [4, true],
        [5, true],
      ]);
      expect(events[4]).toMatchObject({ totalSteps: 5, epoch: 1, epochs: 1, images: 20, secondsLeft: 0 });
      expect(Object.keys(events[2]!.scalars)).toContain('loss/discriminator');
    }));
});

describe('stopping', () => {
  it('stops at maxSteps with a checkpoint there, and continues from it', () =>
    inRun(async (runDirectory) => {
      const first = options(runDirectory, { maxSteps: 7 });
      expect(await train(first)).toEqual({ stopped: 'limit', step: 7, epoch: 2, images: 28 });
      expect((await latestCheckpoint(runDirectory))?.progress.step).toBe(7);
      const second = options(runDirectory);
      expect(await train({ ...second, resume: true })).toMatchObject({ stopped: 'finished', step: 15 });
      expect(second.model.steps).toBe(15);
    }));

  it('stops after maxMinutes', () =>
    inRun(async (runDirectory) => {
      const result = await train(options(runDirectory, { maxMinutes: 1e-9 }));
      expect(result).toMatchObject({ stopped: 'limit', step: 0 });
    }));

  it('finishes the step and saves when aborted', () =>
    inRun(async (runDirectory) => {
      const controller = new AbortController();
      const onStep = ({ step }: StepEvent) => step === 4 && controller.abort();
      const result = await train({ ...options(runDirectory), signal: controller.signal, onStep });
      expect(result).toMatchObject({ stopped: 'aborted', step: 4 });
      expect((await latestCheckpoint(runDirectory))?.progress.step).toBe(4);
    }));

  it('aborted in the middle of a window of the log and resumed, logs the same line', () =>
    inRun(async (runDirectory) => {
      const controller = new AbortController();
      const onStep = ({ step }: StepEvent) => step === 3 && controller.abort();
      await train({ ...options(join(runDirectory, 'a')), signal: controller.signal, onStep });
      await train({ ...options(join(runDirectory, 'a')), resume: true });
      await train(options(join(runDirectory, 'b')));
      const log = (name: string) => readFile(join(runDirectory, name, 'log.jsonl'), 'utf8');
      expect(await log('a')).toBe(await log('b'));
    }));

  it('leaves a finished run unchanged', () =>
    inRun(async (runDirectory) => {
      await train(options(runDirectory));
      const log = await readFile(join(runDirectory, 'log.jsonl'), 'utf8');
      const again = options(runDirectory);
      expect(await train({ ...again, resume: true })).toMatchObject({ stopped: 'finished', step: 15 });
      expect(await readFile(join(runDirectory, 'log.jsonl'), 'utf8')).toBe(log);
      expect(again.model.steps).toBe(15);
    }));

  it('continues a run of an older version with fewer settings', () =>
    inRun(async (runDirectory) => {
      await train(options(runDirectory, { maxSteps: 10 }));
      const later = () => {
        const given = options(runDirectory);
        return {
          ...given,
          model: Object.assign(given.model, { config: { ...(given.model.config as object), smoothing: 0 } }),
        };
      };
      const resume = (model: MockModel) => train({ ...later(), model, resume: true });
      await expect(resume(later().model)).rejects.toThrow('model.smoothing is missing there and 0 here');
      const model = Object.assign(later().model, {
        completeConfig: (saved: JsonValue) => ({ smoothing: 0, ...(saved as object) }),
      });
      expect(await resume(model)).toMatchObject({ stopped: 'finished', step: 15 });
    }));

  it('continues a finished run that is given more epochs', () =>
    inRun(async (runDirectory) => {
      await train(options(runDirectory));
      const result = await train({ ...options(runDirectory, { epochs: 4 }), resume: true });
      expect(result).toEqual({ stopped: 'finished', step: 20, epoch: 4, images: 80 });
    }));
});

describe('a limit that is behind a run', () => {
  const warningsOf = async (runDirectory: string, config: TrainerConfigInput) => {
    const said: string[] = [];
    const logger = { info: (text: string) => void said.push(text), warn: (text: string) => void said.push(text) };
    const result = await train({ ...options(runDirectory, config), logger, resume: true });
    return { ...result, said: said.join('\n') };
  };

  it('is reported: no step is done or announced', () =>
    inRun(async (runDirectory) => {
      await train(options(runDirectory, { maxSteps: 11 }));
      const beyond = await warningsOf(runDirectory, { maxSteps: 7 });
      expect(beyond).toMatchObject({ stopped: 'limit', step: 11 });
      expect(beyond.said).toContain('The run is already at step 11, and maxSteps is 7: it is not trained.');
      expect(beyond.said).not.toContain('Training from');
      const there = await warningsOf(runDirectory, { maxSteps: 11 });
      expect(there.said).toContain('at step 11, and maxSteps is 11: nothing is left to train.');
      const epochs = await warningsOf(runDirectory, { epochs: 2 });
      expect(epochs).toMatchObject({ stopped: 'finished', step: 11 });
      expect(epochs.said).toContain('at step 11, and 2 epochs are 10 steps: it is not trained.');
      expect((await latestCheckpoint(runDirectory))?.progress.step).toBe(11);
    }));
});

describe('divergence', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])('stops at a loss of %d and keeps the last good checkpoint', (loss) =>
    inRun(async (runDirectory) => {
      const given = options(runDirectory);
      const onStep = ({ step }: StepEvent) => {
        if (step === 7) given.model.forcedLoss = loss;
      };
      await expect(train({ ...given, onStep })).rejects.toThrow(DivergenceError);
      expect((await latestCheckpoint(runDirectory))?.progress.step).toBe(5);
    }),
  );

  it('that is detected late is in no checkpoint', () =>
    inRun(async (runDirectory) => {
      const given = options(runDirectory, { logEvery: 10, checkpointEverySteps: 1 });
      const onStep = ({ step }: StepEvent) => {
        if (step === 6) given.model.forcedLoss = Number.NaN;
      };
      const model = Object.assign(given.model, { stepsAhead: true });
      await expect(train({ ...given, model, onStep })).rejects.toThrow(/NaN at step 7/);
      expect((await latestCheckpoint(runDirectory))?.progress.step).toBe(6);
    }));

  it('never saves weights that are not finite', () =>
    inRun(async (runDirectory) => {
      const given = options(runDirectory);
      const onStep = ({ step }: StepEvent) => {
        if (step === 9) given.model.weight = Number.NaN;
      };
      // the mock's generator loss is its weight: hide it, so that only the state shows it
      const step = given.model.step.bind(given.model);
      given.model.step = async (batch, stepOptions) => ({ ...(await step(batch, stepOptions)), 'loss/generator': 1 });
      await expect(train({ ...given, onStep })).rejects.toThrow('weight holds a value that is not finite');
      expect((await latestCheckpoint(runDirectory))?.progress.step).toBe(5);
    }));
});

describe('a directory that cannot be used', () => {
  it('is refused when it holds a run', () =>
    inRun(async (runDirectory) => {
      await train(options(runDirectory));
      await expect(train(options(runDirectory))).rejects.toMatchObject({ code: 'ERR_CONFIG' });
    }));

  it('is refused for resuming when it holds none', () =>
    inRun(async (runDirectory) => {
      const attempt = train({ ...options(runDirectory), resume: true });
      await expect(attempt).rejects.toMatchObject({ code: 'ERR_CHECKPOINT' });
    }));

  it('is refused for resuming with another model, schedule or batch size', () =>
    inRun(async (runDirectory) => {
      await train(options(runDirectory));
      const resume = (change: Partial<TrainOptions>) => train({ ...options(runDirectory), ...change, resume: true });
      await expect(resume({ model: new MockModel({ imageSize: 16 }) })).rejects.toThrow('model.imageSize is 8');
      await expect(resume({ config: { learningRate: 0.2, logEvery: 2 } })).rejects.toThrow('trainer.learningRate');
      await expect(resume({ batches: new MockBatches({ batchSize: 2 }) })).rejects.toThrow('batches.batchSize is 4');
    }));

  it('is refused with the reason when it cannot be written to', () =>
    withTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'file'), '');
      await expect(train(options(join(directory, 'file', 'run')))).rejects.toMatchObject({ code: 'ERR_WRITE' });
    }));

  it.each([
    ['the directory', '.', 'ERR_LOCKED'],
    ['its log', 'log.jsonl', 'ERR_WRITE'],
  ])('ends with an error, not finished, when %s is removed in training', (_, what, code) =>
    inRun(async (runDirectory) => {
      const given = options(runDirectory, { logEvery: 100 });
      const onStep = ({ step }: StepEvent) => {
        if (step === 12) rmSync(join(runDirectory, what), { recursive: true });
      };
      await expect(train({ ...given, onStep })).rejects.toMatchObject({
        code,
        message: expect.stringMatching('removed'),
      });
      expect(existsSync(join(runDirectory, 'checkpoints/step-00000015'))).toBe(false);
    }),
  );

  it('stops with the reason, and the last checkpoint whole, when writing fails during training', () =>
    inRun(async (runDirectory) => {
      const given = options(runDirectory);
      const state = given.model.state.bind(given.model);
      vi.spyOn(given.model, 'state').mockImplementation(async () => {
        // from now on the checkpoint's directory cannot be made, because a file has its name
        if (given.model.steps === 10) await blockCheckpoint(runDirectory, 10);
        return state();
      });
      await expect(train(given)).rejects.toMatchObject({ code: 'ERR_WRITE', hint: expect.any(String) });
      expect((await latestCheckpoint(runDirectory))?.progress.step).toBe(5);
    }));
});

async function blockCheckpoint(runDirectory: string, step: number): Promise<void> {
  const place = join(runDirectory, 'checkpoints', `step-${String(step).padStart(8, '0')}`);
  await mkdir(place);
  await writeFile(join(place, 'in-the-way'), '');
}
