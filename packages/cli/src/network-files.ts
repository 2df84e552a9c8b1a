/** Networks that look at pictures, from files of weights. */

import { readFile } from 'node:fs/promises';
import { ConfigError, errorMessage } from '@t2i/core';
import { GoogLeNet } from '@t2i/image-encoder';

/** GoogLeNet from a file of either format, told apart by its name. */
export async function readGoogLeNet(path: string): Promise<GoogLeNet> {
  const file = await readWeights('GoogLeNet', path);
  return path.endsWith('.caffemodel') ? GoogLeNet.fromCaffeModel(file) : GoogLeNet.fromSafetensors(file);
}

function readWeights(network: string, path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new ConfigError(`The weights of ${network} cannot be read: ${errorMessage(cause)}.`, { cause });
  });
}
