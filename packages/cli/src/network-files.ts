/** Networks that look at pictures, from files of weights. */

import { readFile } from 'node:fs/promises';
import { ConfigError, errorMessage } from '@t2i/core';
import { GOOGLENET, GoogLeNet, InceptionV3 } from '@t2i/image-encoder';
import { Option } from 'commander';
import { integer } from './flags.ts';

/** The `--googlenet-side` flag. */
export function googleNetSideOption(): Option {
  return new Option('--googlenet-side <pixels>', 'side of the pictures that GoogLeNet is given, a multiple of 32')
    .default(GOOGLENET.imageSize)
    .argParser(integer(32, 2048));
}

/** GoogLeNet from a file of either format, told apart by its name. */
export async function readGoogLeNet(path: string, imageSize: number): Promise<GoogLeNet> {
  const file = await readWeights('GoogLeNet', path);
  const read = path.endsWith('.caffemodel') ? GoogLeNet.fromCaffeModel : GoogLeNet.fromSafetensors;
  return read(file, { imageSize });
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
