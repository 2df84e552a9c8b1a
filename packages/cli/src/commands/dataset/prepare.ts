/** `t2i dataset prepare`: pack a set of captioned images. */

import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { examples } from '../../examples.ts';
import { integer } from '../../flags.ts';
import { withInterrupt } from '../../interrupt.ts';
import type { Output } from '../../output.ts';
import { prepareProgress } from '../../prepare-progress.ts';
import { type PreparedSet, prepareSet, SETS } from '../../prepare-set.ts';

export function prepareCommand(output: Output): Command {
  return new Command('prepare')
    .description('pack a data set for training: resized images, captions, labels and splits in one directory')
    .addArgument(new Argument('<set>', '`oxford-102`, or `directory` for your own images').argParser(setName))
    .option(
      '--from <directory>',
      'oxford-102: directory with the archives (default: download them); directory: your images',
    )
    .option('--captions <file>', 'oxford-102: the captions archive, if it is elsewhere')
    .option('--follow-links', 'directory: follow symbolic links, even out of the directory; only if you trust them')
    .option('--out <directory>', 'the set is written into a subdirectory of this one', 'data')
    .addOption(
      new Option(
        '--split <split>',
        'oxford-102: the 82/20 classes of the paper (default: class-disjoint), or the official split by photos',
      ).choices(['class-disjoint', 'official']),
    )
    .option('--stored-size <pixels>', 'side of the stored images: 76 for crops of 64, 38 for 32', integer(8, 1024), 76)
    .option(
      '--max-pixels <n>',
      'directory: refuse images with more pixels, up to 2^28 (default: 67108864)',
      integer(1, 2 ** 28),
    )
    .addHelpText(
      'after',
      examples(
        't2i dataset prepare oxford-102',
        't2i dataset prepare oxford-102 --from ~/Downloads --stored-size 38',
        't2i dataset prepare directory --from my-images',
      ),
    )
    .action(async (set: PreparedSet['set'], flags: Omit<PreparedSet, 'set'>) => {
      const progress = prepareProgress();
      try {
        const { directory, manifest, reused } = await withInterrupt(
          () => output.info('Stopping; press Ctrl-C again to stop at once'),
          (signal) => prepareSet({ set, ...flags }, { logger: output, onProgress: progress.update, signal }),
        );
        progress.close();
        const { images, captions } = manifest.counts;
        output.info(`${reused ? 'Already prepared' : 'Prepared'}: ${images} images, ${captions} captions`);
        output.write(`${directory}\n`);
      } finally {
        progress.close();
      }
    });
}

/** `folder` is the name of `directory` before 0.2. */
function setName(text: string): PreparedSet['set'] {
  const set = SETS.find((name) => name === (text === 'folder' ? 'directory' : text));
  if (set === undefined) throw new InvalidArgumentError(`It must be one of ${SETS.join(', ')}.`);
  return set;
}
