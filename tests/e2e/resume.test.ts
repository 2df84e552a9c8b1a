/** `t2i train`, killed at any moment and resumed, ends with the same bytes as an uninterrupted run. */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { exists } from '@t2i/core/node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { type Running, t2i } from './command.ts';

const STEPS = 40;
const FLAGS = ['--backend', 'wasm', '--max-steps', String(STEPS)];

function startRun(directory: string, config: string) {
  return t2i('train', '--data', 'toy-flowers', '--preset', 'tiny', '--run', directory, '--config', config, ...FLAGS);
}

const resumeRun = (directory: string) => t2i('train', '--resume', directory, ...FLAGS);

/** Resolves once the progress of a run shows a step of at least `step`. */
function reached({ child, finished }: Running, step: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    child.stderr!.on('data', (chunk) => {
      seen += chunk;
      const steps = [...seen.matchAll(/step (\d+)\//g)].map(([, text]) => Number(text));
      if (Math.max(0, ...steps) >= step) resolve();
    });
    finished.then(({ stderr }) => reject(new Error(`The run ended before step ${step}:\n${stderr}`)));
  });
}

async function lastWeights(directory: string): Promise<Buffer> {
  const names = await readdir(join(directory, 'checkpoints'));
  expect(names.at(-1)).toBe(`step-${String(STEPS).padStart(8, '0')}`);
  return readFile(join(directory, 'checkpoints', names.at(-1)!, 'model.safetensors'));
}

describe('t2i train', () => {
  it('killed with SIGKILL and resumed equals the uninterrupted run, bit for bit', async () => {
    await withTemporaryDirectory(async (directory) => {
      const config = join(directory, 'config.json');
      await writeFile(
        config,
        JSON.stringify({
          data: { kind: 'toy-flowers', images: 200 },
          model: { objective: 'gan-int-cls', generatorFilters: 8, discriminatorFilters: 8, emaHalfLife: 100 },
          batches: { batchSize: 8 },
          trainer: { checkpointEverySteps: 3, logEvery: 2 },
          preview: { seen: 1, unseen: 1, columns: 2 },
        }),
      );
      const straight = join(directory, 'straight');
      const killed = join(directory, 'killed');
      expect(await startRun(straight, config).finished).toMatchObject({ code: 0 });

      // Wherever the run stands when the signal arrives: within a step, a write, a sample sheet.
      for (const step of [3, 15, 26]) {
        const run = (await exists(join(killed, 'run.json'))) ? resumeRun(killed) : startRun(killed, config);
        await reached(run, step);
        run.child.kill('SIGKILL');
        expect(await run.finished).toMatchObject({ code: null });
      }
      expect(await resumeRun(killed).finished).toMatchObject({ code: 0 });
      expect((await lastWeights(killed)).equals(await lastWeights(straight))).toBe(true);
      expect(await readFile(join(killed, 'log.jsonl'), 'utf8')).toBe(
        await readFile(join(straight, 'log.jsonl'), 'utf8'),
      );
    });
  });

  it('saves and exits cleanly on SIGINT, and prints how to continue', async () => {
    await withTemporaryDirectory(async (directory) => {
      const runDirectory = join(directory, 'run');
      const run = t2i('train', '--data', 'toy-flowers', '--preset', 'tiny', '--batch-size', '4', '--run', runDirectory);
      await new Promise<void>((resolve) => {
        run.child.stderr!.on('data', (chunk) => {
          if (String(chunk).includes('Training from step 0')) resolve();
        });
      });
      await sleep(1500);
      run.child.kill('SIGINT');
      const { code, stdout, stderr } = await run.finished;
      expect(code).toBe(0);
      expect(stdout).toMatch(/aborted at step \d+/);
      expect(stderr).toContain(`t2i train --resume ${runDirectory}`);
      expect(await readdir(join(runDirectory, 'checkpoints'))).toHaveLength(1);
    });
  });
});
