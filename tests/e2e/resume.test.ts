/** `t2i train` killed at any moment and resumed ends in the very bytes of a run that was never stopped. */

import { access, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withTemporaryFolder } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { t2i } from './command.ts';

const STEPS = 24;
const FLAGS = ['--backend', 'wasm', '--max-steps', String(STEPS)];

function startRun(folder: string, config: string) {
  return t2i('train', '--data', 'toy-flowers', '--preset', 'tiny', '--run', folder, '--config', config, ...FLAGS);
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

async function lastWeights(folder: string): Promise<Buffer> {
  const names = await readdir(join(folder, 'checkpoints'));
  expect(names.at(-1)).toBe(`step-${String(STEPS).padStart(8, '0')}`);
  return readFile(join(folder, 'checkpoints', names.at(-1)!, 'model.safetensors'));
}

describe('t2i train', () => {
  it('killed with SIGKILL and resumed equals the uninterrupted run, bit for bit', async () => {
    await withTemporaryFolder(async (folder) => {
      const config = join(folder, 'config.json');
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
      const straight = join(folder, 'straight');
      const killed = join(folder, 'killed');
      expect(await startRun(straight, config).finished).toMatchObject({ code: 0 });

      let kills = 0;
      let run = startRun(killed, config);
      for (;;) {
        // Every attempt gets a little further than the one before, so the moments of death differ.
        const finished = await Promise.race([run.finished, sleep(4000 + 700 * kills)]);
        if (finished !== undefined) {
          expect(finished).toMatchObject({ code: 0 });
          break;
        }
        run.child.kill('SIGKILL');
        await run.finished;
        kills++;
        const begun = await exists(join(killed, 'run.json'));
        run = begun ? t2i('train', '--resume', killed, ...FLAGS) : startRun(killed, config);
      }
      expect(kills).toBeGreaterThan(0);
      expect((await lastWeights(killed)).equals(await lastWeights(straight))).toBe(true);
      expect(await readFile(join(killed, 'log.jsonl'), 'utf8')).toBe(
        await readFile(join(straight, 'log.jsonl'), 'utf8'),
      );
    });
  });

  it('saves and exits cleanly on SIGINT, and says how to continue', async () => {
    await withTemporaryFolder(async (folder) => {
      const runDirectory = join(folder, 'run');
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
