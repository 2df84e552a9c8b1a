/** The flags of `t2i encoder train` that are settings of the encoder. */

import { encoderConfigSchema } from '@t2i/pipeline';
import { SettingFlags } from './setting-flags.ts';
import { HEADINGS, TRAINER_FLAGS } from './trainer-flags.ts';

export const encoderSettings = new SettingFlags(encoderConfigSchema, {
  flags: {
    ...TRAINER_FLAGS,
    data: '--data <directory>',
    features: '--features <directory>',
    initFrom: '--init-from <directory>',
    teacher: '--teacher <directory>',
    'objective.symmetric': '--asymmetric',
    'batches.views': '--view <name>',
    'batches.variation.beginning': '--remove-beginning <x>',
    'batches.variation.offset': '--random-offset <x>',
    'batches.variation.crop': '--crop-clauses <x>',
    'batches.variation.join': '--join-clauses <x>',
    'batches.variation.letterCase': '--change-case <x>',
    'batches.variation.punctuation': '--change-punctuation <x>',
  },
  headings: { ...HEADINGS, network: 'Network:', objective: 'Objective:' },
});
