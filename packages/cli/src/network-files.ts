/** Networks that look at images, from files of weights. */

import { readFile } from 'node:fs/promises';
import { ConfigError, errorMessage } from '@t2i/core';
import { GOOGLENET, GoogLeNet, InceptionV3 } from '@t2i/image-encoder';
import { Option } from 'commander';
import { integer } from './flags.ts';

/** What of an image GoogLeNet shows, by flags. */
export interface GoogLeNetFlags {
  googlenet: string;
  googlenetSides: number[];
  googlenetLayers?: string[];
  googlenetCentre?: boolean;
}

export function googleNetSidesOption(): Option {
  const side = integer(32, 2048);
  return new Option(
    '--googlenet-sides <pixels>',
    'sides at which GoogLeNet looks at an image, multiples of 32, comma-separated',
  )
    .default([GOOGLENET.imageSize])
    .argParser((text: string) => parts(text).map(side));
}

export function googleNetLayersOption(): Option {
  return new Option(
    '--googlenet-layers <names>',
    'layers whose activations it gives, by their names in Caffe, comma-separated (default: the last, `pool5`)',
  ).argParser(parts);
}

export function googleNetCentreOption(): Option {
  return new Option('--googlenet-centre', 'let the centre of an image count for more than its edges');
}

function parts(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

/** GoogLeNet from a file of either format, told apart by its name. */
export async function readGoogLeNet(flags: GoogLeNetFlags): Promise<GoogLeNet> {
  const { googlenet: path, googlenetSides: imageSizes, googlenetLayers: layers, googlenetCentre: centre } = flags;
  const file = await readWeights('GoogLeNet', path);
  const read = path.endsWith('.caffemodel') ? GoogLeNet.fromCaffeModel : GoogLeNet.fromSafetensors;
  return read(file, { imageSizes, layers, centre });
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
