import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@t2i/core';
import { modelDirectory } from '@t2i/flowers/node';
import { readModelManifest } from '@t2i/published-model/node';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { runSource } from './run-source.ts';

const filesOf = (directory: string, download = true) =>
  runSource(`roses=${directory}`, { backend: 'cpu', maxRows: 4, download }, silentLogger).files!();

describe('the files that runSource offers', () => {
  it('are the three of a published model, and nothing else in its directory', async () => {
    const { generator, encoder } = await readModelManifest(modelDirectory);
    expect(await filesOf(modelDirectory)).toEqual([
      { name: 'model.json', directory: modelDirectory },
      {
        name: generator.file.name,
        directory: modelDirectory,
        sha256: generator.file.sha256,
      },
      { name: encoder.file.name, directory: modelDirectory, sha256: encoder.file.sha256 },
    ]);
  });

  it('are none without permission to download', async () => {
    expect(await filesOf(modelDirectory, false)).toEqual([]);
  });

  it('are none for a run or a damaged model', async () => {
    await withTemporaryDirectory(async (directory) => {
      const [run, damaged] = [join(directory, 'run'), join(directory, 'damaged')];
      for (const place of [run, damaged]) await mkdir(place);
      await writeFile(join(run, 'run.json'), '{}');
      await writeFile(join(damaged, 'model.json'), '{');
      expect([await filesOf(run), await filesOf(damaged)]).toEqual([[], []]);
    });
  });
});
