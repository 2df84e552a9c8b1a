/** Networks that look at pictures, from files of weights. */

import { readFile } from 'node:fs/promises';
import { ConfigError, errorMessage } from '@t2i/core';
import { GOOGLENET, GoogLeNet, InceptionV3 } from '@t2i/image-encoder';
import { Option } from 'commander';
import { integer } from './flags.ts';

/** The `--googlenet-sides` flag. */
export function googleNetSidesOption(): Option {
  const side = integer(32, 2048);
  return new Option(
    '--googlenet-sides <pixels>',
    'sides at which GoogLeNet looks at a picture, multiples of 32, comma-separated',
  )
    .default([GOOGLENET.imageSize])
    .argParser((text: string) => text.split(',').map((part) => side(part.trim())));
}

/** GoogLeNet from a file of either format, told apart by its name. */
export async function readGoogLeNet(path: string, imageSizes: readonly number[]): Promise<GoogLeNet> {
  const file = await readWeights('GoogLeNet', path);
  const read = path.endsWith('.caffemodel') ? GoogLeNet.fromCaffeModel : GoogLeNet.fromSafetensors;
  return read(file, { imageSizes });
}

/** Inception v3 from what `convert_inception_v3.py` of `@t2i/image-encoder` has written. */
export async function readInceptionV3(path: string): Promise<InceptionV3> {
  return InceptionV3.fromSafetensors(await readWeights('Inception v3', path));
}

function readWeights(network: string, path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new ConfigError(`The weights of ${network} cannot be read: ${errorMessage(cause)}.`, { cause });
  });
}
