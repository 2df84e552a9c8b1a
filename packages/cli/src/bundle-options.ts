/** Options of `t2i bundle`. */

import { EXTRA_BACKENDS, type ExtraBackend } from '@t2i/bundle';
import { InvalidArgumentError, Option } from 'commander';

export function imageQuality(text: string): 'lossless' | number {
  if (text === 'lossless') return text;
  const quality = Number(text);
  if (/^\d+$/.test(text) && quality >= 1 && quality <= 100) return quality;
  throw new InvalidArgumentError('It must be `lossless`, or a whole number from 1 to 100.');
}

export function extraBackendOption(flags: string): Option {
  return new Option(flags, `pack a backend besides native, wasm and cpu: ${EXTRA_BACKENDS.join(', ')} (repeatable)`)
    .argParser((text: string, earlier: readonly ExtraBackend[]) => {
      const backend = EXTRA_BACKENDS.find((name) => name === text);
      if (backend === undefined) throw new InvalidArgumentError(`It must be one of ${EXTRA_BACKENDS.join(', ')}.`);
      return [...earlier, backend];
    })
    .default([]);
}
