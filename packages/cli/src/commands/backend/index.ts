/** `t2i backend …`: prepare a compute backend. */

import { Command } from 'commander';
import type { Output } from '../../output.ts';
import { buildBackendCommand } from './build.ts';

export function backendCommand(output: Output): Command {
  return new Command('backend').description('compile a compute backend').addCommand(buildBackendCommand(output));
}
