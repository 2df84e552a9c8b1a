/** Node as a bundle carries it: stripped of symbols and compressed by xz, with xz itself for machines that have none. */

import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ConfigError, errorMessage } from '@t2i/core';

/** What this program itself asks for. */
const OLDEST = [20, 19] as const;

/** Writes `node` to `file`, compressed. Returns its version and the newest glibc that it asks for. */
export async function packNode(
  node: string,
  file: string,
  { fast }: { fast: boolean },
): Promise<{ version: string; glibc: string }> {
  const version = await versionOf(node);
  const copy = `${file}.stripped`;
  await copyFile(node, copy);
  await chmod(copy, 0o755);
  await call('strip', [copy]).catch(() => {}); // without it the file is 14 MB larger, 2 MB compressed
  await versionOf(copy);
  const glibc = newestGlibc(await readFile(copy));
  await compress(copy, file, fast);
  await rm(copy);
  return { version, glibc };
}

async function versionOf(node: string): Promise<string> {
  const said = await call(node, ['--version']).catch((cause: unknown) => {
    throw new ConfigError(`${node} does not run: ${errorMessage(cause)}.`, {
      hint: 'Name a Node for this platform.',
      cause,
    });
  });
  const [, major, minor] = /^v(\d+)\.(\d+)\./.exec(said) ?? [];
  if (Number(major) > OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) >= OLDEST[1])) return said.trim();
  throw new ConfigError(`${node} is ${said.trim() || 'no Node'}; training needs ${OLDEST.join('.')} or newer.`);
}

async function compress(from: string, to: string, fast: boolean): Promise<void> {
  const xz = spawn('xz', ['--stdout', fast ? '-0' : '-6', '--threads=1', from], { stdio: ['ignore', 'pipe', 'pipe'] });
  const done = exitOf('xz', xz);
  await Promise.all([done, pipeline(xz.stdout, createWriteStream(to, { flags: 'wx' }))]).catch((cause: unknown) => {
    throw new ConfigError(`Node cannot be compressed: ${errorMessage(cause)}.`, {
      hint: 'xz is needed: apt-get install xz-utils',
      cause,
    });
  });
}

/** Copies xz and its library, which ask for no more than Node does. Returns whether they were found. */
export async function copyXz(directory: string): Promise<boolean> {
  try {
    const xz = (await call('sh', ['-c', 'command -v xz'])).trim();
    const library = /=> (\S*liblzma\S*)/.exec(await call('ldd', [xz]))?.[1];
    await mkdir(directory);
    await copyFile(xz, join(directory, 'xz'));
    if (library !== undefined) await copyFile(library, join(directory, basename(library)));
    return true;
  } catch {
    return false;
  }
}

/** The newest version of glibc that the bytes of a program or library name, as `2.28`. */
export function newestGlibc(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const minors = [...text.matchAll(/GLIBC_2\.(\d+)/g)].map(([, minor]) => Number(minor));
  return `2.${Math.max(0, ...minors)}`;
}

/** What a command prints. */
async function call(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let printed = '';
  child.stdout.on('data', (chunk) => {
    printed += chunk;
  });
  await exitOf(command, child);
  return printed;
}

function exitOf(command: string, child: ReturnType<typeof spawn>): Promise<void> {
  let problem = '';
  child.stderr?.on('data', (chunk) => {
    problem += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${command} ended with ${code}: ${problem.trim()}`));
    });
  });
}
