/** `t2i backend …`: what has to be done for a backend before it can be used. */

import { Command } from 'commander';
import type { Output } from '../../output.ts';
import { buildBackendCommand } from './build.ts';

export function backendCommand(output: Output): Command {
  return new Command('backend').description('make a compute backend ready').addCommand(buildBackendCommand(output));
}
