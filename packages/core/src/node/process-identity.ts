/** Identifies a process. A process id alone does not, because the system reuses it. */

import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Distinguishes a process from every other one. The last three are known on Linux only. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** The namespace of the process id, for instance that of a container. */
  readonly namespace?: string | undefined;
  /** The boot of the machine that the process belongs to. */
  readonly boot?: string | undefined;
  /** When it began, in ticks since boot. */
  readonly ticks?: string | undefined;
}

/** `here`: it runs. `gone`: it has ended. `unknown`: it is on another machine or in another container and cannot be queried. */
export type Presence = 'here' | 'gone' | 'unknown';

/** The identity of this process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const { pid } = process;
  return { pid, host: hostname(), namespace: await namespace(), boot: await boot(), ticks: await ticksOf(pid) };
}

/** Whether the process with a recorded identity still runs. */
export async function presenceOf(other: ProcessIdentity): Promise<Presence> {
  const own = await ownIdentity();
  if (other.host !== own.host || other.namespace !== own.namespace) return 'unknown';
  if (other.boot !== own.boot) return 'gone';
  if (!isRunning(other.pid)) return 'gone';
  const ticks = await ticksOf(other.pid);
  return other.ticks !== undefined && ticks !== undefined && ticks !== other.ticks ? 'gone' : 'here';
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // a process of another user
  }
}

/** The 22nd field of `/proc/PID/stat`. The second is a name in parentheses that may contain anything. A zombie has ended. */
async function ticksOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' ? 'ended' : fields?.[19];
}

const boot = async () => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined))?.trim();

const namespace = () => readlink('/proc/self/ns/pid').catch(() => undefined);
