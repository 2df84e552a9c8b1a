/** The source files of Oxford-102: their URLs and their local paths. */

import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatasetError } from '@t2i/core';
import { hashFile } from '@t2i/core/node';
import type { SourceFile } from '../manifest.ts';
import { downloadFile } from './download.ts';
import type { OnProgress } from './progress.ts';

export type Oxford102File = 'photos' | 'labels' | 'setid' | 'captions';

export interface Oxford102Download {
  readonly file: string;
  readonly url: string;
  readonly md5?: string;
}

/** More than ten times the largest photo of the original archive. */
export const MAX_PHOTO_BYTES = 16 * 2 ** 20;

/**
 * The URLs of the files. The first three are the authors' (MD5 sums as in torchvision's `Flowers102`).
 * The captions are a file on Google Drive, linked from github.com/reedscot/cvpr2016. Such links break, ask for a
 * confirmation or hit a quota. If that happens, download the archive by hand and pass it as `captions`.
 */
export const OXFORD_102_DOWNLOADS: Readonly<Record<Oxford102File, Oxford102Download>> = {
  photos: {
    file: '102flowers.tgz',
    url: 'https://www.robots.ox.ac.uk/~vgg/data/flowers/102/102flowers.tgz',
    md5: '52808999861908f626f3c1f4e79d11fa',
  },
  labels: {
    file: 'imagelabels.mat',
    url: 'https://www.robots.ox.ac.uk/~vgg/data/flowers/102/imagelabels.mat',
    md5: 'e0620be6f572b9609742df49c70aed4d',
  },
  setid: {
    file: 'setid.mat',
    url: 'https://www.robots.ox.ac.uk/~vgg/data/flowers/102/setid.mat',
    md5: 'a5357ecc9cb78c4bef273ce3793fc85c',
  },
  captions: {
    file: 'cvpr2016_flowers.tar.gz',
    url:
      'https://drive.usercontent.google.com/download?id=0B0ywwgffWnLLcms2WWJQRFNSWXM' +
      '&resourcekey=0-Av8zFbeDDvNcF1sSjDR32w&export=download&confirm=t',
  },
};

/** Possible names of a captions archive in a local directory. */
const LOCAL_CAPTIONS = ['text_c10.tar.gz', OXFORD_102_DOWNLOADS.captions.file];

/** Paths of the required files. */
export type Oxford102Paths = Readonly<Partial<Record<Oxford102File, string>>>;

/**
 * Finds the files in a directory.
 * @param captions the captions archive, if it is elsewhere
 * @throws DatasetError that names every missing file
 */
export function findOxfordFiles(from: string, needed: readonly Oxford102File[], captions?: string): Oxford102Paths {
  const candidates = (file: Oxford102File): string[] => {
    if (file !== 'captions') return [join(from, OXFORD_102_DOWNLOADS[file].file)];
    return captions === undefined ? LOCAL_CAPTIONS.map((name) => join(from, name)) : [captions];
  };
  const found = needed.map((file) => [file, candidates(file).find((path) => existsSync(path))] as const);
  const missing = found.filter(([, path]) => path === undefined).map(([file]) => candidates(file).join(' or '));
  if (missing.length > 0) {
    throw new DatasetError(`Oxford-102 is incomplete; missing: ${missing.join(', ')}.`, {
      hint: 'Name the directory that holds 102flowers.tgz, imagelabels.mat and text_c10.tar.gz, or leave --from out to download them.',
    });
  }
  return Object.fromEntries(found) as Oxford102Paths;
}

export interface FetchOxfordOptions {
  /** Directory for the files. Complete files in it are not downloaded again. */
  readonly directory: string;
  readonly needed: readonly Oxford102File[];
  /** An existing captions archive. */
  readonly captions?: string | undefined;
  readonly downloads: Readonly<Record<Oxford102File, Oxford102Download>>;
  readonly onProgress?: OnProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Downloads the missing files one after another. */
export async function fetchOxfordFiles(options: FetchOxfordOptions): Promise<Oxford102Paths> {
  const { directory, needed, captions, downloads, onProgress, signal } = options;
  if (captions !== undefined) findOxfordFiles(directory, ['captions'], captions);
  const paths: Partial<Record<Oxford102File, string>> = {};
  for (const key of needed) {
    const { file, url, md5 } = downloads[key];
    const path = key === 'captions' && captions !== undefined ? captions : join(directory, file);
    if (!existsSync(path)) await downloadFile({ url, path, name: file, md5, onProgress, signal });
    paths[key] = path;
  }
  return paths;
}

/** Name, size and hash of source files, for the manifest. */
export async function describeSources(paths: readonly string[]): Promise<SourceFile[]> {
  return Promise.all(
    paths.map(async (path) => ({
      name: basename(path),
      bytes: (await stat(path)).size,
      sha256: await hashFile(path),
    })),
  );
}
