/** Networks that look at pictures, from files of weights. */

import { readFile } from 'node:fs/promises';
import { ConfigError, errorMessage } from '@t2i/core';
import { GoogLeNet, InceptionV3 } from '@t2i/image-encoder';

/** GoogLeNet from a file of either format, told apart by its name. */
export async function readGoogLeNet(path: string): Promise<GoogLeNet> {
  const file = await readWeights('GoogLeNet', path);
  return path.endsWith('.caffemodel') ? GoogLeNet.fromCaffeModel(file) : GoogLeNet.fromSafetensors(file);
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
