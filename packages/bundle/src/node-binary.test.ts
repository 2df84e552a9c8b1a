import { chmod, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { newestGlibc, packNode } from './node-binary.ts';

it('finds the newest glibc that a program asks for', () => {
  expect(newestGlibc(Buffer.from('\0GLIBC_2.2.5\0GLIBC_2.17\0GLIBC_2.9\0GLIBCXX_3.4.30\0'))).toBe('2.17');
  expect(newestGlibc(Buffer.from('static'))).toBe('2.0');
});

describe.runIf(process.platform === 'linux')('packNode', () => {
  it.each([
    ['echo v18.20.0', /is v18\.20\.0; training needs 20\.19 or newer/],
    ['echo hello', /is hello; training needs/],
    ['exit 3', /does not run: .* ended with 3/],
  ])('refuses what says "%s"', async (says, message) => {
    await withTemporaryDirectory(async (directory) => {
      const node = join(directory, 'node');
      await writeFile(node, `#!/bin/sh\n${says}\n`);
      await chmod(node, 0o755);
      await expect(packNode(node, join(directory, 'node.xz'), { fast: true })).rejects.toThrow(message);
      expect(await readdir(directory)).toEqual(['node']);
    });
  });
});
