/** Which process is meant. A number alone does not say it: sooner or later it is given to another process. */

import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** What tells a process apart from every other one. The last three are known on Linux alone. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** The namespace that the number is of: that of a container, for instance. */
  readonly namespace?: string | undefined;
  /** The start of the machine that the process belongs to. */
  readonly boot?: string | undefined;
  /** When it began, in ticks since the start of the machine. */
  readonly ticks?: string | undefined;
}

/** `here`: it runs. `gone`: it has ended. `unknown`: it is on another machine or in another container and cannot be asked. */
export type Presence = 'here' | 'gone' | 'unknown';

/** Of the process that asks. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const { pid } = process;
  return { pid, host: hostname(), namespace: await namespace(), boot: await boot(), ticks: await ticksOf(pid) };
}

/** Whether a process that wrote down its identity still runs. */
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
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // another person's
  }
}

/** The 22nd field of `/proc/PID/stat`; the second is a name in brackets that may hold anything. A zombie has ended. */
async function ticksOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields?.[0] === 'Z' ? 'ended' : fields?.[19];
}

const boot = async () => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined))?.trim();

const namespace = () => readlink('/proc/self/ns/pid').catch(() => undefined);
