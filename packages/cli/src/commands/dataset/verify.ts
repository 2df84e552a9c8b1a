/** `t2i dataset verify`: check a prepared set. */

import { DatasetError } from '@t2i/core';
import { verifyDataset } from '@t2i/dataset/node';
import { Command } from 'commander';
import { datasetTable } from '../../dataset-table.ts';
import type { Output } from '../../output.ts';

export function verifyCommand(output: Output): Command {
  return new Command('verify')
    .description('check every byte of a prepared set, its splits, and that its captions belong to its images')
    .argument('<directory>', 'a prepared set')
    .action(async (directory: string) => {
      const { info, problems, notes } = await verifyDataset(directory);
      output.write(datasetTable(info));
      for (const note of notes) output.write(`note: ${note}\n`);
      if (problems.length > 0) {
        const list = problems.map((problem) => `\n  ${problem}`).join('');
        throw new DatasetError(`${directory} cannot be used for training:${list}`, { hint: 'Prepare it again.' });
      }
      output.write('no problems found\n');
    });
}
