/** Opens the features that `extractFeatures` wrote. Reads finished views in ranges. */

import type { FileHandle } from 'node:fs/promises';
import { assert, DatasetError, type ImageFeatures } from '@t2i/core';
import { hashOpenFile, openInside, readProblem } from '@t2i/core/node';
import { WHOLE_VIEW } from '../views.ts';
import { type FeatureManifest, readFeatureManifest, viewFile, viewPath } from './feature-directory.ts';

const HINT = 'Extract them with `t2i encoder features`.';

/** Image features on disk. They are not kept in memory. */
export class FeatureDirectory implements ImageFeatures {
  readonly encoderId: string;
  readonly datasetFingerprint: string;
  readonly dim: number;
  readonly size: number;
  readonly views: readonly string[];
  readonly #directory: string;
  readonly #files: ReadonlyMap<string, FileHandle>;
  /** For each view: resolves when its hash is verified. */
  readonly #intact: ReadonlyMap<string, Promise<void>>;
  readonly #closing = new AbortController();
  /** The row of each item in the files of crops. */
  readonly #trainingRows: ReadonlyMap<number, number>;

  constructor(directory: string, manifest: FeatureManifest, files: ReadonlyMap<string, FileHandle>) {
    this.encoderId = manifest.encoder;
    this.datasetFingerprint = manifest.dataset.fingerprint;
    this.dim = manifest.dim;
    this.size = manifest.dataset.size;
    this.views = [...files.keys()];
    this.#directory = directory;
    this.#files = files;
    this.#trainingRows = new Map(manifest.training.map((item, row) => [item, row]));
    this.#intact = new Map([...files].map(([view, file]) => [view, this.#check(file, view, manifest)]));
    for (const check of this.#intact.values()) check.catch(() => {}); // reads report it
  }

  /** Waits the first time until the hash of the view is known. @throws DatasetError if it differs */
  async read(items: readonly number[], view: string): Promise<Float32Array> {
    const file = this.#files.get(view);
    if (file === undefined) {
      throw new DatasetError(
        `${this.#directory} has no features of the view "${view}", only of ${this.views.join(', ')}.`,
        {
          hint: HINT,
        },
      );
    }
    await this.#intact.get(view);
    const rows = new Float32Array(items.length * this.dim);
    const rowBytes = this.dim * 4;
    await Promise.all(
      items.map(async (item, k) => {
        const target = new Uint8Array(rows.buffer, k * rowBytes, rowBytes);
        const { bytesRead } = await file.read(target, 0, rowBytes, this.#rowOf(item, view) * rowBytes);
        if (bytesRead !== rowBytes)
          throw new DatasetError(`${viewPath(this.#directory, view)} ends early.`, { hint: HINT });
      }),
    );
    return rows;
  }

  /** Closes the files. Nothing can be read afterwards. */
  async close(): Promise<void> {
    this.#closing.abort(new DatasetError(`${this.#directory} was closed.`));
    await Promise.all([...this.#files.values()].map((file) => file.close()));
  }

  async #check(file: FileHandle, view: string, { views }: FeatureManifest): Promise<void> {
    if ((await hashOpenFile(file, { signal: this.#closing.signal })) === views[view]!.sha256) return;
    throw new DatasetError(`${viewPath(this.#directory, view)} is damaged: its hash is not the one in the manifest.`, {
      hint: 'Remove the directory, and extract them again with `t2i encoder features`.',
    });
  }

  #rowOf(item: number, view: string): number {
    assert(Number.isInteger(item) && item >= 0 && item < this.size, `item ${item} of ${this.size}`);
    const row = view === WHOLE_VIEW ? item : this.#trainingRows.get(item);
    if (row === undefined) {
      throw new DatasetError(`Item ${item} is not a training item, so it has no crops.`, {
        hint: `Use the view "${WHOLE_VIEW}".`,
      });
    }
    return row;
  }
}

/**
 * @throws DatasetError if the directory has no finished view, or a file's length differs from the manifest
 */
export async function openFeatures(directory: string): Promise<FeatureDirectory> {
  const manifest = await readFeatureManifest(directory);
  const views = Object.entries(manifest?.views ?? {});
  if (manifest === undefined || views.length === 0) {
    throw new DatasetError(`${directory} holds no finished image features.`, { hint: HINT });
  }
  const files = new Map<string, FileHandle>();
  try {
    for (const [view, { rows }] of views) {
      const path = viewPath(directory, view);
      const file = await openInside(directory, viewFile(view)).catch((cause: unknown) => {
        throw new DatasetError(`${path} cannot be opened: ${readProblem(cause)}`, { hint: HINT, cause });
      });
      files.set(view, file);
      const { size } = await file.stat();
      const expected = rows * manifest.dim * 4;
      if (size !== expected) throw new DatasetError(`${path} has ${size} bytes, not ${expected}.`, { hint: HINT });
    }
  } catch (error) {
    await Promise.all([...files.values()].map((file) => file.close()));
    throw error;
  }
  return new FeatureDirectory(directory, manifest, files);
}
