import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory, withDirectoryLock } from './directory-lock.ts';

const PROGRAM = fileURLToPath(new URL('./__fixtures__/hold-directory.ts', import.meta.url));

let root: string;
let directory: string;
const children: ChildProcess[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 't2i-lock-'));
  directory = join(root, 'run');
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(root, { recursive: true, force: true });
});

/** A process that requests the lock. */
function start(...more: string[]) {
  const child = spawn('node', ['--import', 'tsx', PROGRAM, directory, ...more], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const ended = once(child, 'close').then(() => text);
  const held = new Promise<void>((done, fail) => {
    child.stdout.on('data', () => text.startsWith('held') && done());
    ended.then(() => fail(new Error(text)));
  });
  held.catch(() => {});
  return { child, held, ended };
}

const locks = async () => (await readdir(directory)).filter((name) => name.startsWith('lock-'));

describe('lockDirectory', () => {
  it.skipIf(process.platform === 'win32')('does not hang at a named pipe in the place of a lock', async () => {
    await mkdir(directory);
    execFileSync('mkfifo', [join(directory, `lock-${'0'.repeat(16)}.json`)]);
    await expect(lockDirectory(directory, 'training')).rejects.toMatchObject({ code: 'ERR_LOCKED' });
  });

  it('tells a second process who holds the directory, and lets it in afterwards', async () => {
    const before = new Date().toISOString();
    const first = start();
    await first.held;
    const refused = await lockDirectory(directory, 'training').catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'ERR_LOCKED', hint: expect.stringMatching(/Wait until that process ends/) });
    const [, pid, host, since] = /process (\d+) on (\S+) has held it since (\S+) \(testing\)/.exec(`${refused}`)!;
    expect([Number(pid), host]).toEqual([first.child.pid, hostname()]);
    expect(since! >= before && since! <= new Date().toISOString()).toBe(true);
    expect(await locks()).toHaveLength(1);

    const second = start();
    expect(await second.ended).toContain(`refused: ${directory} is in use: process ${first.child.pid} on`);
    expect(second.child.exitCode).toBe(2);
    first.child.stdin.end();
    expect(await first.ended).toBe('held\nreleased\n');
    await withDirectoryLock(directory, 'training', async () => expect(await locks()).toHaveLength(1));
  });

  it('takes over from a process that was killed', async () => {
    const first = start();
    await first.held;
    first.child.kill('SIGKILL');
    await first.ended;
    const [stale] = await locks();
    await withDirectoryLock(directory, 'training', async () => {
      expect(await locks()).toHaveLength(1);
      expect(await locks()).not.toContain(stale);
    });
  });

  it('lets one of many in that come at once', async () => {
    const all = Array.from({ length: 4 }, () => start('3000'));
    const texts = await Promise.all(all.map(({ ended }) => ended));
    // processes that came after the first had left got the lock too, but never two at a time
    expect(texts.filter((text) => text === 'held\nreleased\n').length).toBeGreaterThanOrEqual(1);
    for (const text of texts) expect(text).toMatch(/^(held\nreleased|refused: .*is in use.*)\n$/);
  });

  it('never lets two in, however they come', async () => {
    let [inside, entered, most] = [0, 0, 0];
    const visit = async () => {
      const lock = await lockDirectory(directory, 'testing').catch(() => undefined);
      if (lock === undefined) return;
      inside += 1;
      entered += 1;
      most = Math.max(most, inside);
      await new Promise((done) => setTimeout(done, 3));
      inside -= 1;
      await lock.release();
    };
    for (let round = 0; round < 20; round++) await Promise.all(Array.from({ length: 6 }, visit));
    expect(most).toBe(1);
    expect(entered).toBeGreaterThanOrEqual(10);
  }, 120_000);
});

describe('what another process left', () => {
  /** A lock of this process, with changes. */
  async function forge(changes: object): Promise<string> {
    const lock = await lockDirectory(directory, 'training');
    const path = join(directory, (await locks())[0]!);
    const text = await readFile(path, 'utf8');
    await lock.release();
    await withDirectoryLock(directory, 'kept', async () => writeFile(join(directory, 'something'), ''));
    const forged = join(directory, 'lock-0123456789abcdef.json');
    await writeFile(forged, JSON.stringify({ ...JSON.parse(text), ...changes }));
    return forged;
  }

  it('is not taken for its own when its number was given to another process', async () => {
    const path = await forge({});
    await expect(lockDirectory(directory, 'training')).rejects.toMatchObject({ code: 'ERR_LOCKED' });
    await rm(path);
    if (process.platform !== 'linux') return; // only Linux reports when a process began
    await forge({ ticks: '1' });
    await withDirectoryLock(directory, 'training', async () => {});
    await forge({ boot: 'an earlier one' });
    await withDirectoryLock(directory, 'training', async () => {});
  });

  it('counts as held by another machine until that has been silent for ten minutes', async () => {
    const path = await forge({ host: 'elsewhere' });
    await expect(lockDirectory(directory, 'training')).rejects.toMatchObject({
      message: expect.stringMatching(/process \d+ on elsewhere has held it since/),
      hint: expect.stringContaining(path),
    });
    const longAgo = new Date(Date.now() - 11 * 60_000);
    await utimes(path, longAgo, longAgo);
    await withDirectoryLock(directory, 'training', async () => expect(await locks()).toHaveLength(1));
  });

  it('is not guessed at when it cannot be read', async () => {
    const path = await forge({});
    await writeFile(path, '{ "pid": 1');
    await expect(lockDirectory(directory, 'training')).rejects.toMatchObject({
      message: expect.stringContaining('cannot be named'),
      hint: expect.stringContaining(path),
    });
    expect(await readFile(path, 'utf8')).toBe('{ "pid": 1');
  });
});

describe('a lock that is held', () => {
  it('notices that its directory was removed, or another one made in its place', async () => {
    const lock = await lockDirectory(directory, 'training');
    await lock.assertHeld();
    await rm(directory, { recursive: true });
    await expect(lock.assertHeld()).rejects.toMatchObject({ code: 'ERR_LOCKED' });
    await withDirectoryLock(directory, 'training', async () => {
      await expect(lock.assertHeld()).rejects.toThrow(/was removed, or taken over/);
    });
    await lock.release();
  });

  it('leaves no directory behind that was made for it, and every other one', async () => {
    const deep = join(root, 'a/b/c');
    await withDirectoryLock(deep, 'nothing', async () => {});
    expect(await readdir(root)).toEqual([]);
    await withDirectoryLock(deep, 'something', async () => writeFile(join(deep, 'file'), ''));
    expect(await readdir(deep)).toEqual(['file']);
  });

  it('stays when all else in the directory is removed', async () => {
    await withDirectoryLock(directory, 'training', async (lock) => {
      await mkdir(join(directory, 'a/b'), { recursive: true });
      await writeFile(join(directory, 'file'), '');
      await lock.removeAll();
      expect(await readdir(directory)).toEqual(await locks());
      await lock.assertHeld();
    });
  });

  it('gives way to the error of the work', async () => {
    const work = withDirectoryLock(directory, 'training', async () => {
      await rm(directory, { recursive: true });
      throw new Error('the disk is full');
    });
    await expect(work).rejects.toThrow('the disk is full');
  });
});
