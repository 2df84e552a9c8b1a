/** Animates the sample sheets of a run: how images emerge from noise. */

import { join } from 'node:path';
import type { RgbImage } from '@t2i/core';
import { CheckpointError, ConfigError, errorMessage } from '@t2i/core';
import { readInside } from '@t2i/core/node';
import { type AnimationFormat, decodeImage, encodeAnimation, resizeImage, withTitle } from '@t2i/image-node';
import { listSamples, type Sample } from './run-directory.ts';

const LAST_FRAME_HOLD = 2000; // ms

export interface FilmOptions {
  /** Default `webp`, which is smaller and keeps all colours. */
  readonly format?: AnimationFormat;
  /** Frames per second, default 8. */
  readonly fps?: number;
  /** Evenly chosen epochs, the first and the last among them; default 120. All frames are held in memory. */
  readonly maxFrames?: number;
  /** Pixels; default 800. A narrower sheet is not enlarged. */
  readonly width?: number;
}

export interface Film {
  /** The animated file. */
  readonly data: Uint8Array;
  readonly epochs: readonly number[];
  /** Unreadable sheets, which are missing from the film. */
  readonly damaged: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * Joins the sheets of `samples/`, each titled with its epoch. A damaged sheet loses its frame only.
 * @throws CheckpointError if the run has no samples, or none that can be read
 */
export async function makeFilm(
  runDirectory: string,
  { format = 'webp', fps = 8, maxFrames = 120, width = 800 }: FilmOptions = {},
): Promise<Film> {
  if (!(fps > 0) || !(maxFrames >= 1) || !(width >= 16)) {
    throw new ConfigError(`A film needs fps > 0, maxFrames ≥ 1 and width ≥ 16, got ${fps}, ${maxFrames}, ${width}.`);
  }
  const samples = await listSamples(runDirectory);
  if (samples.length === 0) {
    throw new CheckpointError(`${runDirectory} has no sample sheets.`, {
      hint: 'Check the path, and that the run was trained with a preview and previewEvery above 0.',
    });
  }
  const chosen = evenly(samples, maxFrames);
  const frames: RgbImage[] = [];
  const epochs: number[] = [];
  const damaged: { path: string; reason: string }[] = [];
  for (const sample of chosen) {
    const { epoch, name } = sample;
    const sheet = await readSheet(sample);
    if (typeof sheet === 'string') {
      damaged.push({ path: join(sample.directory, name), reason: sheet });
      continue;
    }
    const shown = sheet.width > width ? await resizeImage(sheet, width) : sheet;
    const frame = await withTitle(shown, `epoch ${epoch}`);
    const { width: across, height: down } = frames[0] ?? frame;
    if (frame.width !== across || frame.height !== down) {
      throw new CheckpointError(`${name} differs in size from the sheets before it.`, {
        hint: 'Move the sheets of other captions elsewhere.',
      });
    }
    frames.push(frame);
    epochs.push(epoch);
  }
  if (frames.length === 0) {
    const [{ path, reason }] = damaged as [{ path: string; reason: string }];
    throw new CheckpointError(`None of the sample sheets can be read; of ${path}: ${reason}`);
  }
  const delay = frames.map((_, i) => (i === frames.length - 1 ? LAST_FRAME_HOLD : Math.round(1000 / fps)));
  return { data: await encodeAnimation(frames, { format, delay }), epochs, damaged };
}

/** The sheet, or the reason why it cannot be read. */
async function readSheet({ directory, name }: Sample): Promise<RgbImage | string> {
  try {
    return await decodeImage(await readInside(directory, name));
  } catch (error) {
    return errorMessage(error);
  }
}

/** At most `count` evenly spaced items, including the last and, for two or more, the first. */
export function evenly<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  if (count === 1) return items.slice(-1);
  return Array.from({ length: count }, (_, i) => items[Math.round((i * (items.length - 1)) / (count - 1))]!);
}
