/** `t2i style …`: the style encoder of a run, for `t2i restyle`. */

import { Command } from 'commander';
import type { Output } from '../../output.ts';
import { evaluateStyleCommand } from './evaluate.ts';
import { trainStyleCommand } from './train.ts';

export function styleCommand(output: Output): Command {
  return new Command('style')
    .description("train and evaluate a run's style encoder, which finds the noise of an image again")
    .addCommand(trainStyleCommand(output))
    .addCommand(evaluateStyleCommand(output));
}
