/** Takes memory or threads away from this process, by the system's own limits: Linux, and its program `prlimit`. */

import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A user without rights of its own, "nobody": the limit on threads does not bind root. */
const NOBODY = 65534;

/** Whether this system has such limits. */
export function hasLimits(): boolean {
  return spawnSync('prlimit', ['--version']).status === 0;
}

function setLimit(name: string, value: number | string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--${name}=${value}:`]);
}

/** A number of the file `status` of a process, or undefined where the process is gone. */
function statusOf(pid: string, name: string): number | undefined {
  try {
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

/** No more than `bytes` of addresses from here on. Returns what lifts the limit. */
export function limitMemory(bytes: number): () => void {
  setLimit('as', statusOf('self', 'VmSize')! * 1024 + bytes);
  return () => setLimit('as', 'unlimited');
}

/** No more than `count` threads from here on. For good: root becomes nobody. */
export function limitThreads(count: number): void {
  const isRoot = process.getuid!() === 0;
  const user = isRoot ? NOBODY : process.getuid!();
  const others = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && statusOf(pid, 'Uid') === user);
  const running = others.reduce((sum, pid) => sum + (statusOf(pid, 'Threads') ?? 0), 0);
  setLimit('nproc', running + (isRoot ? statusOf('self', 'Threads')! : 0) + count);
  if (isRoot) process.setuid!(NOBODY);
}
