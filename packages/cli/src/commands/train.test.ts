import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withDirectoryLock } from '@t2i/core/node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { t2i } from '../__fixtures__/t2i.ts';

const MODEL = { imageSize: 32, generatorFilters: 2, discriminatorFilters: 2, noiseDim: 8, residual: false };

it(
  'resumes with permitted changes, refuses the others by name, and does not train with --dry-run',
  () =>
    withTemporaryDirectory(async (directory) => {
      const run = join(directory, 'run');
      const file = join(directory, 'config.json');
      const config = { data: { kind: 'toy-flowers', images: 200 }, model: MODEL, batches: { batchSize: 2 } };
      await writeFile(file, JSON.stringify({ ...config, preview: { seen: 1, unseen: 0, columns: 1 } }));
      const begin = ['train', '--config', file, '--run', run, '--max-steps', '2'];
      expect(await t2i(...begin, '--dry-run')).toMatchObject({
        code: 0,
        out: expect.stringContaining('"batchSize": 2'),
      });
      expect(await readdir(directory)).toEqual(['config.json']);
      expect(await t2i(...begin)).toMatchObject({ code: 0 });

      const log = () => readFile(join(run, 'log.jsonl'), 'utf8');
      const before = await log();
      const resume = (...flags: string[]) => t2i('train', '--resume', run, ...flags);
      const dry = await resume('--dry-run', '--epochs', '7', '--max-steps', '3');
      expect(dry).toMatchObject({ code: 0, notes: expect.stringContaining('trainer.epochs is 7, was 600') });
      expect(JSON.parse(dry.out)).toMatchObject({ model: MODEL, trainer: { epochs: 7, maxSteps: 3 } });
      expect(
        await resume('--learning-rate', '1', '--seed', '99', '--preset', 'tiny', '--max-steps', '3'),
      ).toMatchObject({
        code: 2,
        errors: expect.stringMatching(
          /--seed: .*\n.*--preset tiny: model[\s\S]*--learning-rate: [\s\S]*Leave these flags out/,
        ),
      });
      expect(await resume('--config', join(directory, 'missing.json'), '--max-steps', '3')).toMatchObject({
        code: 2,
        errors: expect.stringContaining('missing.json'),
      });
      await withDirectoryLock(run, 'training', async () => {
        const errors = expect.stringMatching(/is in use: process \d+ on .* has held it since/);
        expect(await resume('--max-steps', '3')).toMatchObject({ code: 2, errors });
      });
      expect(await resume('--max-steps', '1')).toMatchObject({
        code: 0,
        out: expect.stringContaining('limit at step 2'),
      });
      expect(await log()).toBe(before);

      // the very command that began it, and one step more
      expect(await resume('--config', file, '--max-steps', '3')).toMatchObject({
        code: 0,
        out: expect.stringContaining('limit at step 3'),
      });
    }),
  180_000,
);
