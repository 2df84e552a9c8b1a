/** Progress for people: one status line on a terminal, plain lines when piped. */

import type { Logger } from '@t2i/core';
import type { StepEvent } from '../events.ts';
import { shortDuration, shortNumber } from '../format.ts';

const REDRAW_INTERVAL = 100; // ms
const CLEAR_LINE = '\r\u001b[2K';

/** The part of `process.stderr` that this module uses. */
export interface ProgressStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Width of the terminal in characters. */
  readonly columns?: number;
}

export type SpeedUnit = 'images' | 'steps';

export interface ConsoleProgressOptions {
  /** Default `process.stderr`, so that results on stdout can be piped. */
  readonly stream?: ProgressStream;
  /** Milliseconds of any clock; for tests. */
  readonly now?: () => number;
  /** The unit of the speed: images (default), or steps if a step shows no images. */
  readonly unit?: SpeedUnit;
}

/** Pass `update` as `onStep` and the object as `logger`, so that messages and the status line do not overwrite each other. */
export class ConsoleProgress implements Logger {
  readonly #stream: ProgressStream;
  readonly #now: () => number;
  readonly #unit: SpeedUnit;
  #line = '';
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor({
    stream = process.stderr,
    now = () => performance.now(),
    unit = 'images',
  }: ConsoleProgressOptions = {}) {
    this.#stream = stream;
    this.#now = now;
    this.#unit = unit;
  }

  /** Redraws the status line, at most ten times a second; if piped, prints one line per log line. */
  readonly update = (event: StepEvent): void => {
    if (this.#stream.isTTY !== true) {
      if (event.logged) this.#stream.write(`${statusLine(event, this.#unit)}\n`);
      return;
    }
    if (this.#now() - this.#drawnAt < REDRAW_INTERVAL && event.step < event.totalSteps) return;
    this.#drawnAt = this.#now();
    this.#line = statusLine(event, this.#unit).slice(0, (this.#stream.columns ?? 80) - 1);
    this.#stream.write(CLEAR_LINE + this.#line);
  };

  info(message: string): void {
    this.#say(message);
  }

  warn(message: string): void {
    this.#say(`warning: ${message}`);
  }

  /** Ends the output and keeps the last status line. */
  close(): void {
    if (this.#line !== '') this.#stream.write('\n');
    this.#line = '';
  }

  #say(message: string): void {
    this.#stream.write(this.#line === '' ? `${message}\n` : `${CLEAR_LINE}${message}\n${this.#line}`);
  }
}

/** `epoch 3/600 · step 250/66000 · 412 images/s · 2 h 13 min left · loss discriminator 0.693 generator 1.20 · score …` */
export function statusLine(event: StepEvent, unit: SpeedUnit = 'images'): string {
  const speed = unit === 'images' ? event.imagesPerSecond : event.imagesPerSecond / event.batchSize;
  return [
    `epoch ${event.epoch}/${event.epochs}`,
    `step ${event.step}/${event.totalSteps}`,
    `${shortNumber(speed)} ${unit}/s`,
    `${shortDuration(event.secondsLeft)} left`,
    ...grouped(event.scalars),
  ].join(' · ');
}

/** `loss/a`, `loss/b`, `score/c` → `loss a 1.00 b 2.00`, `score c 0.500`. */
function grouped(scalars: StepEvent['scalars']): string[] {
  const groups = new Map<string, string[]>();
  for (const [tag, value] of Object.entries(scalars)) {
    const [group = '', name = ''] = tag.split('/', 2);
    const entries = groups.get(group) ?? [];
    entries.push(`${name} ${shortNumber(value)}`.trimStart());
    groups.set(group, entries);
  }
  return [...groups].map(([group, entries]) => `${group} ${entries.join(' ')}`);
}
