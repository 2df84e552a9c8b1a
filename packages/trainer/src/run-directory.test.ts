import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { latestCheckpoint } from './checkpoint.ts';
import { parseTrainerConfig } from './config.ts';
import { identityOf } from './identity.ts';
import { createRun, listSamples, readRun, removeLeftovers } from './run-directory.ts';
import { readLog } from './trackers/jsonl.ts';

const trainer = parseTrainerConfig({ epochs: 2 });
const identity = identityOf({ config: { filters: 4 } }, { batchSize: 2, batchesPerEpoch: 3 }, trainer);
const inDirectory = withTemporaryDirectory<void>;

describe('createRun and readRun', () => {
  it('keep the configuration', () =>
    inDirectory(async (directory) => {
      await createRun(directory, { identity, trainer, run: { data: ['a', 1, null] } });
      const record = await readRun(directory);
      expect(record).toMatchObject({ format: 1, identity, trainer, run: { data: ['a', 1, null] } });
      expect(record.versions.node).toBe(process.versions.node);
      expect(new Date(record.createdAt).getTime()).toBeGreaterThan(0);
    }));

  it.each(['run.json', 'log.jsonl', 'samples', 'checkpoints'])('refuse a directory that holds %s', (name) =>
    inDirectory(async (directory) => {
      await writeFile(join(directory, name), '');
      const attempt = createRun(directory, { identity, trainer, run: null });
      await expect(attempt).rejects.toMatchObject({ code: 'ERR_CONFIG', hint: expect.stringContaining('Resume') });
    }),
  );

  it('take a directory with other things in it', () =>
    inDirectory(async (directory) => {
      await writeFile(join(directory, 'notes.txt'), '');
      await expect(createRun(directory, { identity, trainer, run: null })).resolves.toBeUndefined();
    }));

  it.each([
    ['no file', undefined, 'holds no run'],
    ['no JSON', '{"form', 'is not valid JSON'],
    ['another format', '{"format":9}', 'is not a run of this version'],
  ])('name the problem with %s', (_, content, message) =>
    inDirectory(async (directory) => {
      if (content !== undefined) await writeFile(join(directory, 'run.json'), content);
      await expect(readRun(directory)).rejects.toMatchObject({
        code: 'ERR_CHECKPOINT',
        message: expect.stringContaining(message),
      });
    }),
  );
});

it('listSamples orders by epoch', () =>
  inDirectory(async (directory) => {
    expect(await listSamples(directory)).toEqual([]);
    await mkdir(join(directory, 'samples'));
    for (const name of ['epoch-10000.png', 'epoch-9999.png', 'epoch-0000.png', 'other.png']) {
      await writeFile(join(directory, 'samples', name), '');
    }
    expect((await listSamples(directory)).map(({ epoch }) => epoch)).toEqual([0, 9999, 10000]);
  }));

describe.skipIf(process.platform === 'win32')('a run whose directories lead elsewhere', () => {
  it.each(['samples', 'checkpoints'])('is refused by name: %s', (name) =>
    inDirectory(async (place) => {
      const [run, elsewhere] = [join(place, 'run'), join(place, 'elsewhere')];
      for (const directory of [run, elsewhere]) await mkdir(directory);
      await writeFile(join(elsewhere, 'mine.0123456789ab.tmp'), '');
      await symlink(elsewhere, join(run, name));
      const refusal = { code: 'ERR_FILE', message: expect.stringContaining(`${name} leads outside`) };
      await expect(removeLeftovers(run)).rejects.toMatchObject(refusal);
      await expect(name === 'samples' ? listSamples(run) : latestCheckpoint(run)).rejects.toMatchObject(refusal);
      expect(await readdir(elsewhere)).toEqual(['mine.0123456789ab.tmp']);
    }),
  );

  it('has no log and no record outside', () =>
    inDirectory(async (place) => {
      const run = join(place, 'run');
      await mkdir(run);
      await writeFile(join(place, 'lines'), '{"step":1}\n');
      for (const name of ['run.json', 'log.jsonl']) await symlink('../lines', join(run, name));
      const refusal = { code: 'ERR_CHECKPOINT', message: expect.stringContaining('leads outside') };
      await expect(readRun(run)).rejects.toMatchObject(refusal);
      await expect(readLog(join(run, 'log.jsonl'))).rejects.toMatchObject(refusal);
    }));
});

it('removeLeftovers removes only what a killed write left', () =>
  inDirectory(async (directory) => {
    await mkdir(join(directory, 'checkpoints', 'step-00000001.0123456789ab.tmp'), { recursive: true });
    for (const name of ['run.json.0123456789ab.tmp', 'mine.tmp', 'run.json'])
      await writeFile(join(directory, name), '');
    await removeLeftovers(directory);
    expect((await readdir(directory)).sort()).toEqual(['checkpoints', 'mine.tmp', 'run.json']);
    expect(await readdir(join(directory, 'checkpoints'))).toEqual([]);
  }));
