import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { assertSmall, partsTable, weigh } from './parts.ts';

it('weighs every file of a directory, and says of one that is too heavy what weighs how much', async () => {
  await withTemporaryDirectory(async (directory) => {
    await mkdir(join(directory, 'tools'));
    await writeFile(join(directory, 'tools/xz'), new Uint8Array(120_000));
    await writeFile(join(directory, 'node.xz'), new Uint8Array(2_340_000));
    const parts = await weigh(directory);
    expect(parts).toEqual([
      { name: 'node.xz', bytes: 2_340_000 },
      { name: 'tools/xz', bytes: 120_000 },
    ]);
    const table = '  2.34 MB  node.xz\n  0.12 MB  tools/xz\n  2.46 MB  all\n';
    expect(partsTable(parts)).toBe(table);
    assertSmall(parts, 2_460_000);
    expect(() => assertSmall(parts, 2_000_000)).toThrow(`would have 2.46 MB, not 2.00 MB:\n${table.trimEnd()}`);
  });
});
