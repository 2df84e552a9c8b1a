/** The trained weights that come with this package. */

import { CheckpointError, ConfigError, errorMessage, type StateDict } from '@t2i/core';
import { readSafetensors } from '@t2i/formats';
import { type EncoderManifest, parseEncoderManifest } from './encoder-manifest.ts';
import { type EncoderFiles, PRETRAINED_FILES } from './pretrained-files.ts';
import { readUrl } from './read-url.ts';

/** The names of the weights: the training data set, with a suffix for the encoder that reads words. */
export type PretrainedName = keyof typeof PRETRAINED_FILES;

export interface PretrainedOptions {
  /** A directory with `encoder.json` and `encoder.safetensors`, if they are not in this package: on a CDN for instance. */
  readonly from?: URL | string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const HINT = 'Install @t2i/text-encoder again, or name a directory that has the files in `from`.';

/** @throws CheckpointError when a file is missing or damaged; @throws ConfigError for an unknown name */
export async function readPretrained(
  name: PretrainedName,
  { from, signal }: PretrainedOptions = {},
): Promise<{ manifest: EncoderManifest; state: StateDict }> {
  const files = from === undefined ? ownFiles(name) : filesIn(from);
  const options = { hint: HINT, signal };
  const [manifest, weights] = await Promise.all([readUrl(files.manifest, options), readUrl(files.weights, options)]);
  return {
    manifest: parseEncoderManifest(parseJson(manifest, files.manifest.href), files.manifest.href),
    state: readSafetensors(weights, files.weights.href),
  };
}

function ownFiles(name: PretrainedName): EncoderFiles {
  if (Object.hasOwn(PRETRAINED_FILES, name)) return PRETRAINED_FILES[name];
  throw new ConfigError(`There are no weights for "${name}".`, {
    hint: `There are some for ${Object.keys(PRETRAINED_FILES).join(', ')}.`,
  });
}

function filesIn(directory: URL | string): EncoderFiles {
  const base = String(directory).replace(/\/?$/, '/');
  try {
    return { manifest: new URL('encoder.json', base), weights: new URL('encoder.safetensors', base) };
  } catch (cause) {
    throw new ConfigError(`Invalid URL: ${base}.`, { hint: 'Use an absolute https: or file: URL.', cause });
  }
}

function parseJson(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (cause) {
    throw new CheckpointError(`${path} is not valid JSON: ${errorMessage(cause)}.`, { hint: HINT, cause });
  }
}
