/** Runs commands of this repository as a person would, and gives back what they printed. */

import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Finished {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

export function start(command: string, args: readonly string[], cwd = ROOT, env = process.env): Running {
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { child, finished };
}

/** Throws with everything the command printed unless it exits with 0. */
export async function succeed(
  command: string,
  args: readonly string[],
  cwd = ROOT,
  env = process.env,
): Promise<Finished> {
  const finished = await start(command, args, cwd, env).finished;
  if (finished.code === 0) return finished;
  throw new Error(`${command} ${args.join(' ')} exited with ${finished.code}\n${finished.stdout}\n${finished.stderr}`);
}

const SOURCES = ['--import', 'tsx', '--conditions=@t2i/source'];

/** A TypeScript program of the repository, on the sources. */
export const startProgram = (file: string, args: readonly string[]) =>
  start('node', [...SOURCES, `${ROOT}/${file}`, ...args]);

/** The `t2i` command, on the sources. */
export const t2i = (...args: string[]) => startProgram('packages/cli/src/main.ts', args);

export interface Served extends Running {
  readonly url: string;
}

/** `t2i serve` on a free port; `served` resolves once the address is printed. */
export function startServe(...args: string[]): { started: Running; served: Promise<Served> } {
  const started = t2i('serve', ...args, '--port', '0');
  const served = new Promise<Served>((resolve, reject) => {
    let seen = '';
    started.child.stdout!.on('data', (chunk) => {
      seen += chunk;
      const url = /^Serving .* at (http:\S+)$/m.exec(seen)?.[1];
      if (url !== undefined) resolve({ ...started, url });
    });
    started.finished.then(({ stderr }) => reject(new Error(`It does not serve:\n${stderr}`)), reject);
  });
  return { started, served };
}
