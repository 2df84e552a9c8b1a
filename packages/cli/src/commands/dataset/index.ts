/** `t2i dataset …`: data sets of captioned images. */

import { Command } from 'commander';
import type { Output } from '../../output.ts';
import { infoCommand } from './info.ts';
import { prepareCommand } from './prepare.ts';
import { verifyCommand } from './verify.ts';

export function datasetCommand(output: Output): Command {
  return new Command('dataset')
    .description('prepare, verify and inspect data sets')
    .addCommand(prepareCommand(output))
    .addCommand(verifyCommand(output))
    .addCommand(infoCommand(output));
}
