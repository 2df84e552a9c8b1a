import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { directoryInside, listInside, openInside, readInside } from './open-inside.ts';

const onUnix = describe.skipIf(process.platform === 'win32');

/** A directory `mine` with a file and a sub-directory, and a secret beside it. */
async function withDirectories(test: (mine: string, secret: string) => Promise<void>): Promise<void> {
  const place = await mkdtemp(join(tmpdir(), 't2i-inside-'));
  const mine = join(place, 'mine');
  try {
    await mkdir(join(mine, 'sub'), { recursive: true });
    await writeFile(join(mine, 'a.txt'), 'own');
    await writeFile(join(mine, 'sub', 'b.txt'), 'own too');
    await mkdir(join(place, 'mine-too')); // its name begins with that of the directory
    await writeFile(join(place, 'mine-too', 'secret'), 'secret');
    await test(mine, join(place, 'mine-too', 'secret'));
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

const refusal = (message: string) => ({
  code: 'ERR_FILE',
  message: expect.stringContaining(message),
  hint: expect.any(String),
});

describe('readInside', () => {
  it('reads files of a directory and of its sub-directories', () =>
    withDirectories(async (mine) => {
      expect((await readInside(mine, 'a.txt')).toString()).toBe('own');
      expect((await readInside(mine, 'sub/b.txt')).toString()).toBe('own too');
      expect((await readInside(mine, 'sub/../a.txt')).toString()).toBe('own');
    }));

  it('takes names with dots for what they are', () =>
    withDirectories(async (mine) => {
      await writeFile(join(mine, '..a'), 'dots');
      expect((await readInside(mine, '..a')).toString()).toBe('dots');
    }));

  it('refuses names that climb, wherever links may lead', () =>
    withDirectories(async (mine, secret) => {
      for (const name of ['../mine-too/secret', 'sub/../../mine-too/secret', secret, '..', 'a.txt\0', '/etc/passwd']) {
        await expect(readInside(mine, name)).rejects.toMatchObject(refusal('leads outside'));
        await expect(readInside(mine, name, { links: 'anywhere' })).rejects.toMatchObject(refusal('leads outside'));
      }
    }));

  it('leaves the errors of the file system as they are', () =>
    withDirectories(async (mine) => {
      await expect(readInside(mine, 'none')).rejects.toMatchObject({ code: 'ENOENT' });
      await expect(readInside(mine, 'a.txt/b')).rejects.toMatchObject({ code: 'ENOTDIR' });
    }));

  it('refuses a directory in the place of a file', () =>
    withDirectories(async (mine) => {
      await expect(readInside(mine, 'sub')).rejects.toMatchObject(refusal('sub is a directory, not a file'));
      await expect(readInside(mine, '')).rejects.toMatchObject(refusal('is a directory, not a file'));
    }));
});

onUnix('links', () => {
  it('are followed where they stay inside', () =>
    withDirectories(async (mine) => {
      await symlink('../a.txt', join(mine, 'sub', 'up'));
      await symlink(join(mine, 'sub'), join(mine, 'absolute'));
      expect((await readInside(mine, 'sub/up')).toString()).toBe('own');
      expect((await readInside(mine, 'absolute/b.txt')).toString()).toBe('own too');
    }));

  it('are refused where they lead outside, at any place of the way', () =>
    withDirectories(async (mine, secret) => {
      await symlink(secret, join(mine, 'absolute'));
      await symlink('../mine-too/secret', join(mine, 'relative'));
      await symlink('absolute', join(mine, 'twice'));
      await symlink('../mine-too', join(mine, 'directory'));
      await symlink('/etc', join(mine, 'sub', 'etc'));
      for (const name of ['absolute', 'relative', 'twice', 'directory/secret', 'sub/etc/passwd']) {
        await expect(readInside(mine, name)).rejects.toMatchObject(refusal(`${name} leads outside ${mine}`));
      }
    }));

  it('are followed anywhere where that was asked for', () =>
    withDirectories(async (mine, secret) => {
      await symlink(secret, join(mine, 'link'));
      expect((await readInside(mine, 'link', { links: 'anywhere' })).toString()).toBe('secret');
    }));

  it('may lead to the directory itself', () =>
    withDirectories(async (mine) => {
      await symlink(mine, `${mine}-link`);
      expect((await readInside(`${mine}-link`, 'a.txt')).toString()).toBe('own');
    }));
});

onUnix('what is no file', () => {
  it('is refused at once: a pipe does not hang, a device is not read', () =>
    withDirectories(async (mine) => {
      execFileSync('mkfifo', [join(mine, 'pipe')]);
      await symlink('/dev/zero', join(mine, 'zero'));
      await expect(openInside(mine, 'pipe')).rejects.toMatchObject(refusal('pipe is a named pipe, not a file'));
      await expect(openInside(mine, 'zero', { links: 'anywhere' })).rejects.toMatchObject(refusal('zero is a device'));
    }));

  it('is refused where it is a socket', () =>
    withDirectories(async (mine) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(join(mine, 'socket'), resolve));
      try {
        await expect(openInside(mine, 'socket')).rejects.toMatchObject(refusal('socket is a socket, not a file'));
      } finally {
        await new Promise((resolve) => server.close(resolve));
      }
    }));
});

onUnix('directoryInside and listInside', () => {
  it('know the directories inside', () =>
    withDirectories(async (mine) => {
      expect(await realpath(await directoryInside(mine, 'sub'))).toBe(await realpath(join(mine, 'sub')));
      expect(await listInside(mine, '')).toEqual(['a.txt', 'sub']);
      expect(await listInside(mine, 'sub')).toEqual(['b.txt']);
      expect(await listInside(mine, 'none')).toEqual([]);
    }));

  it('refuse files, and what leads outside', () =>
    withDirectories(async (mine) => {
      await symlink('../mine-too', join(mine, 'out'));
      await expect(directoryInside(mine, 'a.txt')).rejects.toMatchObject(refusal('a.txt is a file, not a directory'));
      await expect(directoryInside(mine, 'out')).rejects.toMatchObject(refusal('leads outside'));
      await expect(listInside(mine, 'out')).rejects.toMatchObject(refusal('leads outside'));
      await expect(directoryInside(mine, 'none')).rejects.toMatchObject({ code: 'ENOENT' });
    }));
});
