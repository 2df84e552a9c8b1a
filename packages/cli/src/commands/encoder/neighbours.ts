/** `t2i encoder neighbours`: the photos nearest to captions, as a page. */

import { selectBackend } from '@t2i/backend';
import { type NearestPhotosOptions, nearestPhotos, openTrainedEncoder, withBenchmark } from '@t2i/pipeline';
import { neighbourPage } from '@t2i/reports';
import { Command, Option } from 'commander';
import { examples } from '../../examples.ts';
import { type BackendFlag, backendOption, integer } from '../../flags.ts';
import { assertFree, forceOption, writeOut } from '../../out-file.ts';
import type { Output } from '../../output.ts';

interface NeighboursFlags {
  data: string;
  features: string;
  split: NearestPhotosOptions['split'];
  n: number;
  out?: string;
  force: boolean;
  backend: BackendFlag;
}

export function neighboursCommand(output: Output): Command {
  return new Command('neighbours')
    .description('write an HTML page with the photos nearest to captions')
    .argument('<encoder>', 'a run of `t2i encoder train`, or a saved encoder')
    .argument('<captions...>', 'what to search for, in English')
    .requiredOption('--data <directory>', 'a set made by `t2i dataset prepare`')
    .requiredOption('--features <directory>', 'features of its images, made by `t2i encoder features`')
    .addOption(
      new Option('--split <classes>', 'splits to search').choices(['all', 'train', 'val', 'test']).default('all'),
    )
    .option('-n <count>', 'photos per caption', integer(1, 200), 12)
    .option('--out <file>', 'page to write (default: neighbours.html)')
    .addOption(forceOption())
    .addOption(backendOption())
    .addHelpText(
      'after',
      examples('t2i encoder neighbours runs/encoder "a blue flower" --data data/oxford-102 --features features'),
    )
    .action(async (directory: string, captions: string[], flags: NeighboursFlags) => {
      const place = { named: flags.out, usual: 'neighbours.html', force: flags.force };
      assertFree(place);
      await selectBackend({ prefer: flags.backend });
      await withBenchmark(flags, async (benchmark) => {
        const encoder = await openTrainedEncoder(directory, output);
        const rows = await nearestPhotos(encoder, benchmark, { captions, split: flags.split, count: flags.n });
        output.write(`${await writeOut(place, await neighbourPage(rows, benchmark.dataset.name))}\n`);
      });
    });
}
