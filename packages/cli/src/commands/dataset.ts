/** `t2i dataset prepare|verify|info`: pack a set of captioned images, check it, count it. */

import { ConfigError, DatasetError } from '@t2i/core';
import { type DatasetInfo, datasetInfo } from '@t2i/dataset';
import {
  openDataset,
  type PreparedDataset,
  type PrepareOxford102Options,
  prepareDirectory,
  prepareOxford102,
  verifyDataset,
} from '@t2i/dataset/node';
import { Argument, Command, Option } from 'commander';
import { examples } from '../examples.ts';
import { integer } from '../flags.ts';
import { withInterrupt } from '../interrupt.ts';
import type { Output } from '../output.ts';
import { prepareProgress } from '../prepare-progress.ts';

export function datasetCommand(output: Output): Command {
  return new Command('dataset')
    .description('prepare, verify and count data sets')
    .addCommand(prepareCommand(output))
    .addCommand(verifyCommand(output))
    .addCommand(infoCommand(output));
}

interface PrepareFlags {
  from?: string;
  captions?: string;
  out: string;
  split?: 'class-disjoint' | 'official';
  storedSize: number;
  maxPixels?: number;
  followLinks?: boolean;
}

function prepareCommand(output: Output): Command {
  return new Command('prepare')
    .description('pack a data set for training: images resized, captions, labels and splits in one directory')
    .addArgument(new Argument('<set>', 'what to prepare').choices(['oxford-102', 'folder']))
    .option(
      '--from <directory>',
      'oxford-102: a directory with its archives (default: download them); directory: the images',
    )
    .option('--captions <file>', 'oxford-102: the captions archive, when it lies elsewhere')
    .option(
      '--follow-links',
      'directory: read what links in it lead to, wherever that is; only where you put them there',
    )
    .option('--out <directory>', 'the set goes into a sub-directory of this', 'data')
    .addOption(
      new Option(
        '--split <split>',
        'oxford-102: the 82/20 classes of the paper (class-disjoint, default), or the official split by photos',
      ).choices(['class-disjoint', 'official']),
    )
    .option('--stored-size <pixels>', 'side of the stored images: 76 for crops of 64, 38 for 32', integer(8, 1024), 76)
    .option(
      '--max-pixels <number>',
      'directory: width × height of an image at most, up to 2^28; 67108864 unless given',
      integer(1, 2 ** 28),
    )
    .addHelpText(
      'after',
      examples(
        't2i dataset prepare oxford-102',
        't2i dataset prepare oxford-102 --from ~/Downloads --stored-size 38',
        't2i dataset prepare folder --from my-images',
      ),
    )
    .action(async (set: 'oxford-102' | 'folder', flags: PrepareFlags) => {
      const progress = prepareProgress();
      try {
        const { directory, manifest, reused } = await withInterrupt(
          () => output.info('Stopping; press Ctrl-C again to stop at once'),
          (signal) => prepare(set, flags, { logger: output, onProgress: progress.update, signal }),
        );
        progress.close();
        const { images, captions } = manifest.counts;
        output.info(`${reused ? 'Already there' : 'Prepared'}: ${images} images, ${captions} captions`);
        output.write(`${directory}\n`);
      } finally {
        progress.close();
      }
    });
}

function prepare(
  set: 'oxford-102' | 'folder',
  { from, captions, out: cacheDirectory, split, storedSize, maxPixels, followLinks }: PrepareFlags,
  watch: Pick<PrepareOxford102Options, 'logger' | 'onProgress' | 'signal'>,
): Promise<PreparedDataset> {
  if (set === 'oxford-102') {
    if (maxPixels !== undefined) {
      throw new ConfigError('--max-pixels is of directories alone.', { hint: 'Leave it out.' });
    }
    return prepareOxford102({ from, captions, cacheDirectory, split, storedSize, ...watch });
  }
  if (captions !== undefined || split === 'official') {
    throw new ConfigError(`${captions === undefined ? '--split official' : '--captions'} is of oxford-102 alone.`, {
      hint: 'Leave it out: a directory has captions beside its images, and is split by classes.',
    });
  }
  if (from === undefined) throw new ConfigError('Name the directory of images.', { hint: 'Add --from DIRECTORY.' });
  return prepareDirectory({ from, cacheDirectory, storedSize, maxPixels, followLinks, ...watch });
}

function verifyCommand(output: Output): Command {
  return new Command('verify')
    .description('check every byte of a prepared set, its splits, and that captions belong to their images')
    .argument('<directory>', 'a prepared set')
    .action(async (directory: string) => {
      const { info, problems, notes } = await verifyDataset(directory);
      output.write(describe(info));
      for (const note of notes) output.write(`note: ${note}\n`);
      if (problems.length > 0) {
        const list = problems.map((problem) => `\n  ${problem}`).join('');
        throw new DatasetError(`${directory} is not fit to train on:${list}`, { hint: 'Prepare it again.' });
      }
      output.write('all is well\n');
    });
}

function infoCommand(output: Output): Command {
  return new Command('info')
    .description('count images, captions, classes and splits')
    .argument('<directory>', 'a prepared set')
    .action(async (directory: string) => {
      const dataset = await openDataset(directory);
      output.write(describe(datasetInfo(dataset)));
      await dataset.close();
    });
}

function describe(info: DatasetInfo): string {
  const { images, captions, captionsPerImage, classes, imagesPerClass, splits, storedSize } = info;
  const range = ([least, most]: readonly [number, number]) => (least === most ? `${least}` : `${least}–${most}`);
  const rows = [
    ['name', info.name],
    ['images', `${images} of ${storedSize}×${storedSize} pixels`],
    ['captions', `${captions}, ${range(captionsPerImage)} an image, ${info.longCaptions} over 201 characters`],
    ['classes', `${classes} of ${range(imagesPerClass)} images`],
    ...Object.entries(splits).map(([name, split]) => [name, `${split.images} images of ${split.classes} classes`]),
    ['disjoint', info.classDisjoint ? 'no class is in two splits' : 'classes are shared between splits'],
    ['fingerprint', info.fingerprint],
  ];
  return rows.map(([name, value]) => `${name!.padEnd(12)} ${value}\n`).join('');
}
