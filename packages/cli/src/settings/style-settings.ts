/** The flags of `t2i style train` that are settings of the style encoder. */

import { styleConfigSchema } from '@t2i/pipeline';
import { SettingFlags } from './setting-flags.ts';
import { HEADINGS, TRAINER_FLAGS } from './trainer-flags.ts';

export const styleSettings = new SettingFlags(styleConfigSchema, { flags: TRAINER_FLAGS, headings: HEADINGS });
