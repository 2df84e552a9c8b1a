/** Writes the metrics and images of a run as TensorBoard event files. */

import { join } from 'node:path';
import type { RgbImage, Tracker } from '@t2i/core';
import { listInside } from '@t2i/core/node';
import { encodeImage } from '@t2i/image-node';
import { AppendFile } from '../append-file.ts';
import { fileVersionEvent, imageEvent, scalarsEvent, sessionStartEvent } from '../tensorboard/event.ts';

const PREFIX = 'events.out.tfevents.';

export interface TensorBoardOptions {
  /** The run's directory; `tensorboard --logdir` accepts it or a parent. */
  readonly directory: string;
  /** First step that this session writes. TensorBoard drops events of earlier sessions from there on. Default 0. */
  readonly firstStep?: number;
  /** Milliseconds since 1970; for tests. */
  readonly now?: () => number;
}

/** Appends events to its own file. */
export class TensorBoardTracker implements Tracker {
  readonly #file: AppendFile;
  readonly #seconds: () => number;

  private constructor(file: AppendFile, seconds: () => number) {
    this.#file = file;
    this.#seconds = seconds;
  }

  /** Begins a new file. Every session of a run has its own; their names are in order. */
  static async open({ directory, firstStep = 0, now = Date.now }: TensorBoardOptions): Promise<TensorBoardTracker> {
    const seconds = () => now() / 1000;
    const sessions = (await listInside(directory, '')).filter((name) => name.startsWith(PREFIX)).length;
    const stamp = String(Math.floor(seconds())).padStart(10, '0');
    const file = await AppendFile.open(join(directory, `${PREFIX}${stamp}.${String(sessions).padStart(4, '0')}`));
    await file.append(fileVersionEvent(seconds()));
    await file.append(sessionStartEvent(seconds(), firstStep));
    return new TensorBoardTracker(file, seconds);
  }

  async scalars(step: number, values: Readonly<Record<string, number>>): Promise<void> {
    await this.#file.append(scalarsEvent(this.#seconds(), step, values));
  }

  async image(step: number, tag: string, image: RgbImage): Promise<void> {
    const encoded = { width: image.width, height: image.height, png: await encodeImage(image) };
    await this.#file.append(imageEvent(this.#seconds(), step, tag, encoded));
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
