/** `t2i engine …`: what has to be done for an engine before it can be used. */

import { Command } from 'commander';
import type { Output } from '../../output.ts';
import { buildEngineCommand } from './build.ts';

export function engineCommand(output: Output): Command {
  return new Command('engine').description('make a compute engine ready').addCommand(buildEngineCommand(output));
}
