import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { ownStyleDirectory } from './style-run.ts';

it.skipIf(process.platform === 'win32')('the style encoder of a run is never behind a link', () =>
  withTemporaryDirectory(async (place) => {
    const run = join(place, 'run');
    await mkdir(run);
    expect(await ownStyleDirectory(run)).toBe(join(run, 'style')); // it may be made there
    await mkdir(join(place, 'elsewhere'));
    await symlink('../elsewhere', join(run, 'style'));
    await expect(ownStyleDirectory(run)).rejects.toMatchObject({
      code: 'ERR_FILE',
      message: expect.stringContaining('style leads outside'),
    });
  }),
);
