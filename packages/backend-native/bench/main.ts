/** `pnpm bench kernels|elementwise|train-step|generate|growth …`: measures the native backend; see README.md. */

import { parseArgs } from 'node:util';
import { ConfigError } from '@t2i/core';
// by path: the other way round it is a dependency, and both together would be a circle
import { type BackendName, describeChoice, selectBackend } from '../../backend/src/index.ts';
import { type BenchPreset, NETWORKS } from './convolutions.ts';
import { benchElementwise } from './elementwise.ts';
import { benchGrowth } from './growth.ts';
import { benchKernels } from './kernels.ts';
import { benchModel } from './train-step.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    preset: { type: 'string' },
    batch: { type: 'string', default: '64' },
    steps: { type: 'string', default: '6' },
    budget: { type: 'string', default: '300' },
    backend: { type: 'string', default: 'native' },
    peer: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
});

const names = Object.keys(NETWORKS) as BenchPreset[];
const presets = values.preset === undefined ? names : names.filter((name) => name === values.preset);
if (presets.length === 0)
  throw new ConfigError(`No preset "${values.preset}".`, { hint: `Use ${names.join(' or ')}.` });

const backend = await selectBackend({ prefer: values.backend as BackendName });
console.log(`backend ${describeChoice(backend)}`);
const synchronous = ['kernels', 'elementwise', 'growth'];
if (backend.name === 'webgpu' && synchronous.includes(positionals[0] ?? '')) {
  throw new ConfigError(`On webgpu, ${positionals[0]} would time how fast work is queued.`, {
    hint: 'Use `train-step` or `generate`.',
  });
}

switch (positionals[0]) {
  case 'kernels':
    await benchKernels(presets, Number(values.batch), Number(values.budget));
    break;
  case 'train-step':
  case 'generate':
    for (const preset of presets) {
      await benchModel({
        work: positionals[0],
        preset,
        batch: Number(values.batch),
        steps: Number(values.steps),
        peer: values.peer,
        profile: values.profile,
      });
    }
    break;
  case 'growth':
    for (const preset of presets) await benchGrowth(preset, Number(values.steps));
    break;
  case 'elementwise':
    benchElementwise(Number(values.budget));
    break;
  default:
    throw new ConfigError(`Nothing to measure called "${positionals[0] ?? ''}".`, {
      hint: 'Use `kernels`, `elementwise`, `train-step`, `generate` or `growth`.',
    });
}
