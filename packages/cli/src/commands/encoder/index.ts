/** `t2i encoder …`: text encoders, trained on photos and captions. */

import { Command } from 'commander';
import type { Output } from '../../output.ts';
import { evaluateEncoderCommand } from './evaluate.ts';
import { exportEncoderCommand } from './export.ts';
import { featuresCommand } from './features.ts';
import { neighboursCommand } from './neighbours.ts';
import { trainEncoderCommand } from './train.ts';

export function encoderCommand(output: Output): Command {
  return new Command('encoder')
    .description('train and evaluate text encoders')
    .addCommand(featuresCommand(output))
    .addCommand(trainEncoderCommand(output))
    .addCommand(evaluateEncoderCommand(output))
    .addCommand(exportEncoderCommand(output))
    .addCommand(neighboursCommand(output));
}
