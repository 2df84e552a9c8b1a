/** The log of a run: one JSON object per line in the order of steps. Each step occurs once, however often the run was resumed. */

import { basename, dirname } from 'node:path';
import type { Tracker } from '@t2i/core';
import { CheckpointError } from '@t2i/core';
import { readInside, readProblem, writeFileAtomic } from '@t2i/core/node';
import { AppendFile } from '../append-file.ts';

/** One line: `step` and metrics by name. */
export type LogLine = Readonly<Record<string, number>> & { readonly step: number };

/** Appends to a log. The values follow the step unchanged. */
export class JsonlTracker implements Tracker {
  readonly #file: AppendFile;

  private constructor(file: AppendFile) {
    this.#file = file;
  }

  /** Continues the file or creates it. */
  static async open(path: string): Promise<JsonlTracker> {
    return new JsonlTracker(await AppendFile.open(path));
  }

  async scalars(step: number, values: Readonly<Record<string, number>>): Promise<void> {
    await this.#file.append(`${JSON.stringify({ step, ...values })}\n`);
  }

  /** Flushes to the disk: a checkpoint must never outlive the lines before it. */
  async sync(): Promise<void> {
    await this.#file.sync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

/** The lines of a log, without a last line cut short by a kill. A missing file has none. */
export async function readLog(path: string): Promise<LogLine[]> {
  const bytes = await readInside(dirname(path), basename(path)).catch((cause) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new CheckpointError(`Cannot read ${path}: ${readProblem(cause)}`, { cause });
  });
  const text = bytes.toString();
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole.split('\n').flatMap((line, i) => (line === '' ? [] : [parseLine(path, line, i + 1)]));
}

/** Drops the lines after `step`, which a run resumed from that step writes again. */
export async function truncateLog(path: string, step: number): Promise<void> {
  const kept = (await readLog(path)).filter((line) => line.step <= step);
  await writeFileAtomic(path, kept.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

function parseLine(path: string, line: string, number: number): LogLine {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && 'step' in value && typeof value.step === 'number') {
      return value as LogLine;
    }
  } catch {
    // reported below with the line number
  }
  throw new CheckpointError(`Line ${number} of ${path} is not a line of a run's log.`, {
    hint: 'Remove that line.',
  });
}
