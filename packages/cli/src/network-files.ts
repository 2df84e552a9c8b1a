/** Networks that extract image features, from weight files. */

import { readFile } from 'node:fs/promises';
import { ConfigError, errorMessage } from '@t2i/core';
import { GOOGLENET, GoogLeNet, InceptionV3 } from '@t2i/image-encoder';
import { Option } from 'commander';
import { integer } from './flags.ts';

/** The flags that select GoogLeNet's weights and its view of an image. */
export interface GoogLeNetFlags {
  googlenet: string;
  googlenetSides: number[];
  googlenetLayers?: string[];
  googlenetCentre?: boolean;
}

/** The flags that select GoogLeNet's view of an image. */
export function googleNetOptions(): Option[] {
  const side = integer(32, 2048);
  return [
    new Option('--googlenet-sides <pixels>', 'image sizes that GoogLeNet sees: multiples of 32, comma-separated')
      .default([GOOGLENET.imageSize])
      .argParser((text: string) => parts(text).map(side)),
    new Option(
      '--googlenet-layers <names>',
      'layers whose activations are the features: Caffe names, comma-separated (default: pool5)',
    ).argParser(parts),
    new Option('--googlenet-centre', 'weight the centre of an image more than its edges'),
  ];
}

function parts(text: string): string[] {
  return text.split(',').map((part) => part.trim());
}

/** GoogLeNet from a .caffemodel or .safetensors file. */
export async function readGoogLeNet(flags: GoogLeNetFlags): Promise<GoogLeNet> {
  const { googlenet: path, googlenetSides: imageSizes, googlenetLayers: layers, googlenetCentre: centre } = flags;
  const file = await readWeights('GoogLeNet', path);
  const read = path.endsWith('.caffemodel') ? GoogLeNet.fromCaffeModel : GoogLeNet.fromSafetensors;
  return read(file, { imageSizes, layers, centre });
}

/** Inception v3 from a file of `convert_inception_v3.py` in `@t2i/image-encoder`. */
export async function readInceptionV3(path: string): Promise<InceptionV3> {
  return InceptionV3.fromSafetensors(await readWeights('Inception v3', path));
}

function readWeights(network: string, path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new ConfigError(`Cannot read the weights of ${network}: ${errorMessage(cause)}.`, { cause });
  });
}
