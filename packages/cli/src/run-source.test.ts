import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '@t2i/core';
import { modelFolder } from '@t2i/flowers/node';
import { readModelManifest } from '@t2i/published-model/node';
import { withTemporaryFolder } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { runSource } from './run-source.ts';

const filesOf = (folder: string, download = true) =>
  runSource(`roses=${folder}`, { backend: 'cpu', maxRows: 4, download }, silentLogger).files!();

describe('the files that runSource offers', () => {
  it('are the three of a published model, and nothing that lies beside them', async () => {
    const { generator, encoder } = await readModelManifest(modelFolder);
    expect(await filesOf(modelFolder)).toEqual([
      { name: 'model.json', folder: modelFolder },
      {
        name: generator.file.name,
        folder: modelFolder,
        sha256: generator.file.sha256,
      },
      { name: encoder.file.name, folder: modelFolder, sha256: encoder.file.sha256 },
    ]);
  });

  it('are none where they are to stay', async () => {
    expect(await filesOf(modelFolder, false)).toEqual([]);
  });

  it('are none of a run, nor of a damaged model', async () => {
    await withTemporaryFolder(async (folder) => {
      const [run, damaged] = [join(folder, 'run'), join(folder, 'damaged')];
      for (const place of [run, damaged]) await mkdir(place);
      await writeFile(join(run, 'run.json'), '{}');
      await writeFile(join(damaged, 'model.json'), '{');
      expect([await filesOf(run), await filesOf(damaged)]).toEqual([[], []]);
    });
  });
});
