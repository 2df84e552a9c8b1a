/** `t2i dataset info`: count a prepared set. */

import { datasetInfo } from '@t2i/dataset';
import { openDataset } from '@t2i/dataset/node';
import { Command } from 'commander';
import { datasetTable } from '../../dataset-table.ts';
import type { Output } from '../../output.ts';

export function infoCommand(output: Output): Command {
  return new Command('info')
    .description('count images, captions, classes and splits')
    .argument('<directory>', 'a prepared set')
    .action(async (directory: string) => {
      const dataset = await openDataset(directory);
      output.write(datasetTable(datasetInfo(dataset)));
      await dataset.close();
    });
}
