import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigError } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { copyPackage } from './packages.ts';

const manifest = (version: string, more: object = {}) => JSON.stringify({ version, ...more });

async function withPackages(files: Readonly<Record<string, string>>, use: (from: string, to: string) => Promise<void>) {
  await withTemporaryDirectory(async (directory) => {
    for (const [name, content] of Object.entries(files)) {
      const path = join(directory, 'app/node_modules', name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
    await use(join(directory, 'app'), join(directory, 'copied'));
  });
}

describe('copyPackage', () => {
  it('takes what is loaded, with dependencies, for this platform only', async () => {
    const here = `${process.platform}-${process.arch}`;
    const files = {
      'a/package.json': manifest('1.0.0', { dependencies: { '@s/b': '*' }, optionalDependencies: { absent: '*' } }),
      'a/index.js': 'a',
      'a/index.d.ts': 'types',
      'a/LICENSE': 'terms',
      [`a/dist/${here}/a.node`]: 'mine',
      'a/dist/win32-ia32/a.node': 'theirs',
      '@s/b/package.json': manifest('2.0.0'),
      '@s/b/lib/b.js': 'b',
    };
    await withPackages(files, async (from, to) => {
      await copyPackage('a', from, to);
      expect(await readFile(join(to, '@s/b/lib/b.js'), 'utf8')).toBe('b');
      for (const name of ['a/index.js', 'a/LICENSE', `a/dist/${here}/a.node`]) {
        expect(existsSync(join(to, name)), name).toBe(true);
      }
      for (const name of ['a/index.d.ts', 'a/dist/win32-ia32', 'absent']) {
        expect(existsSync(join(to, name)), name).toBe(false);
      }
    });
  });

  it('refuses a package that is not there, and one in two versions', async () => {
    const files = {
      'a/package.json': manifest('1.0.0', { dependencies: { b: '*', c: '*' } }),
      'b/package.json': manifest('1.0.0', { dependencies: { c: '*' } }),
      'b/node_modules/c/package.json': manifest('1.0.0'),
      'c/package.json': manifest('2.0.0'),
    };
    await withPackages(files, async (from, to) => {
      await expect(copyPackage('nowhere', from, to)).rejects.toThrow('The package nowhere is not installed.');
      await expect(copyPackage('a', from, to)).rejects.toThrow(ConfigError);
    });
  });
});
