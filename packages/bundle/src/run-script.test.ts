import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { runScript } from './run-script.ts';

const hasXz = spawnSync('xz', ['--version']).status === 0;
/** Says what it was called with. */
const NODE = '#!/bin/sh\n[ "$1" = --version ] || printf "%s\\n" "$@"\n';

/** A bundle with a shell script in the place of Node. */
async function withBundle(node: string | Uint8Array, use: (bundle: string) => Promise<void>): Promise<void> {
  await withTemporaryDirectory(async (directory) => {
    const bundle = join(directory, "a bundle's directory");
    await mkdir(bundle);
    await writeFile(join(bundle, 'run.sh'), runScript({ id: 'abc', platform: 'linux-x64', glibc: '2.28' }));
    await chmod(join(bundle, 'run.sh'), 0o755);
    const packed = typeof node === 'string' ? spawnSync('xz', ['--stdout'], { input: node }).stdout : node;
    await writeFile(join(bundle, 'node.xz'), packed);
    await use(bundle);
  });
}

function start(command: string, args: readonly string[], { cwd = '/', env = {} }: { cwd?: string; env?: object } = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env: { ...env }, encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe.runIf(hasXz && process.platform === 'linux')('run.sh', () => {
  it('unpacks Node once and hands its flags over, from any directory and without a PATH', async () => {
    await withBundle(NODE, async (bundle) => {
      const expected = [`${bundle}/start.mjs`, `${bundle}/unpacked/abc`, '--preview', 'a  red flower', ''].join('\n');
      const first = start(join(bundle, 'run.sh'), ['--preview', 'a  red flower']);
      expect(first).toEqual({
        status: 0,
        stdout: expected,
        stderr: `Unpacking Node into ${bundle}/unpacked/abc\n`,
      });
      const second = start('/bin/sh', ['run.sh', '--preview', 'a  red flower'], { cwd: bundle, env: { PATH: '' } });
      expect(second).toEqual({ status: 0, stdout: expected, stderr: '' });
      expect(await readdir(join(bundle, 'unpacked/abc'))).toEqual(['node']);
    });
  });

  it('unpacks elsewhere when it is told to', async () => {
    await withBundle(NODE, async (bundle) => {
      const cache = join(bundle, '../cache');
      const { stdout } = start(join(bundle, 'run.sh'), [], { env: { T2I_BUNDLE_CACHE: cache } });
      expect(stdout).toBe(`${bundle}/start.mjs\n${cache}/abc\n`);
      expect(await readdir(bundle)).not.toContain('unpacked');
    });
  });

  it('says that Node does not run here, for what it is, and leaves nothing', async () => {
    await withBundle('#!/bin/sh\necho "version GLIBC_2.28 not found" >&2\nexit 1\n', async (bundle) => {
      const { status, stderr } = start(join(bundle, 'run.sh'), []);
      expect(status).toBe(2);
      expect(stderr).toMatch(/error: The Node of this bundle does not run here: version GLIBC_2.28 not found/);
      expect(stderr).toMatch(/ → It is for linux-x64 with glibc 2\.28 or newer .*this is Linux \w+/);
      expect(await readdir(join(bundle, 'unpacked/abc'))).toEqual([]);
    });
  });

  it('says that the copy is damaged', async () => {
    await withBundle(Uint8Array.of(1, 2, 3), async (bundle) => {
      const { status, stderr } = start(join(bundle, 'run.sh'), []);
      expect(status).toBe(2);
      expect(stderr).toMatch(
        /error: Node cannot be unpacked: .*format.*\n {2}→ Make room .*, or copy the bundle again/,
      );
    });
  });

  it('says that it cannot write and names the way out', async () => {
    await withBundle(NODE, async (bundle) => {
      await writeFile(join(bundle, 'unpacked'), 'a file');
      const { status, stderr } = start(join(bundle, 'run.sh'), []);
      expect(status).toBe(2);
      expect(stderr).toMatch(/error: Cannot write .*\n {2}→ .*T2I_BUNDLE_CACHE=/);
    });
  });
});
