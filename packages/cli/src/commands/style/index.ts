/** `t2i style …`: the style encoder of a run, used by `t2i restyle`. */

import { Command } from 'commander';
import type { Output } from '../../output.ts';
import { evaluateStyleCommand } from './evaluate.ts';
import { trainStyleCommand } from './train.ts';

export function styleCommand(output: Output): Command {
  return new Command('style')
    .description("train and evaluate a run's style encoder, which recovers the noise of an image")
    .addCommand(trainStyleCommand(output))
    .addCommand(evaluateStyleCommand(output));
}
