import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BundleFacts } from '@t2i/bundle/unpack';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { trainFlags } from './bundled-train.ts';

const facts = (parts: BundleFacts['parts']): BundleFacts => ({
  ...{ format: 1, id: 'abc', platform: 'linux-x64', node: 'v20.19.0', glibc: '2.28', backends: [] },
  images: undefined,
  parts,
});
const WITH_DATA = facts({ program: '1', data: '2' });

describe('trainFlags', () => {
  it('put configuration, data and run directory before the given flags', () => {
    const flags = trainFlags({ bundle: '/b', cache: '/c', facts: WITH_DATA, args: ['--max-minutes', '60'] });
    const ours = ['--config', '/c/program/config.json', '--data', '/c/data/set', '--run', '/b/run'];
    expect(flags).toEqual([...ours, '--max-minutes', '60']);
  });

  it('keep a given run directory, and add no data to a bundle without data', () => {
    const args = ['--run=/home/me/run'];
    const flags = trainFlags({ bundle: '/b', cache: '/c', facts: facts({ program: '1' }), args });
    expect(flags).toEqual(['--config', '/c/program/config.json', ...args]);
  });

  it('of a resumed run are its directory and the data', () => {
    const args = ['--resume', '/home/me/run'];
    expect(trainFlags({ bundle: '/b', cache: '/c', facts: WITH_DATA, args })).toEqual([
      '--data',
      '/c/data/set',
      ...args,
    ]);
  });

  it('name the packed encoder', async () => {
    await withTemporaryDirectory(async (cache) => {
      const encoder = join(cache, 'program/encoder');
      await mkdir(encoder, { recursive: true });
      expect(trainFlags({ bundle: '/b', cache, facts: WITH_DATA, args: [] }).join(' ')).toContain(
        `--encoder ${encoder}`,
      );
    });
  });
});
