/** Writes a bundle: Node, the program, data and configuration in one directory that trains elsewhere. */

import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ConfigError, type Logger } from '@t2i/core';
import { copyDirectory, hashFile, writeDirectoryAtomic, writeFileAtomic, writeJsonFile } from '@t2i/core/node';
import { type CondenseOptions, condenseDataset } from '@t2i/dataset/node';
import type { RunConfig } from '@t2i/pipeline';
import { packArchive } from './archive.ts';
import { buildProgram, buildStart, type ExtraBackend, loadEsbuild } from './build-program.ts';
import { BUNDLE_FILES, type BundleFacts } from './facts.ts';
import { copyXz, newestGlibc, packNode } from './node-binary.ts';
import { assertSmall, type BundlePart, weigh } from './parts.ts';
import { runScript } from './run-script.ts';

/** Of brotli. 11 would make the program a tenth smaller by four times the work. */
const EFFORT = { fast: 3, careful: 9 } as const;

export interface BundleOptions {
  /** Directory to make. */
  readonly out: string;
  /** File of the program: it exports `trainBundled`, as a `BundledProgram`. */
  readonly program: string;
  /** Names its encoder: none that is `automatic`. */
  readonly config: RunConfig;
  /** Directory of a text encoder of one's own. */
  readonly encoder: string | undefined;
  /** File of embeddings that `t2i embed` wrote. */
  readonly embeddings: string | undefined;
  /** Node for this platform. */
  readonly node: string;
  readonly backends: readonly ExtraBackend[];
  readonly quality: CondenseOptions['quality'];
  /** Bytes that the directory may have. */
  readonly limit: number;
  /** Compress less, for trying it out. */
  readonly fast: boolean;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
}

/**
 * Makes the directory, whole or not at all, and returns what each part weighs.
 * @throws ConfigError when the directory is not empty, esbuild is not installed, a part is missing, or all of it is larger than the limit
 */
export async function writeBundle(options: BundleOptions): Promise<BundlePart[]> {
  const out = resolve(options.out);
  if ((await namesIn(out)).length > 0) {
    throw new ConfigError(`${out} is not empty.`, { hint: 'Name a directory that does not exist yet.' });
  }
  await loadEsbuild(); // before minutes of work
  let parts: BundlePart[] = [];
  await writeDirectoryAtomic(out, async (directory) => {
    await fillBundle(directory, options);
    parts = await weigh(directory);
    assertSmall(parts, options.limit);
  });
  return parts;
}

async function fillBundle(directory: string, options: BundleOptions): Promise<void> {
  const { config, node, fast, logger, signal } = options;
  const data = config.data.kind === 'prepared' ? config.data.directory : undefined;
  const images = data === undefined ? undefined : await packData(directory, data, options);
  signal?.throwIfAborted();
  logger.info('Packing the program');
  const program = await packProgram(directory, options);
  signal?.throwIfAborted();
  logger.info('Packing Node');
  const { version, glibc } = await packNode(node, join(directory, BUNDLE_FILES.node), { fast });
  if (!(await copyXz(join(directory, BUNDLE_FILES.tools))))
    logger.warn('xz is not copied: the other machine must have it.');
  await buildStart(join(directory, BUNDLE_FILES.start));

  const hash = (name: string) => hashFile(join(directory, name));
  const parts = {
    program: await hash(BUNDLE_FILES.program),
    ...(images !== undefined && { data: await hash(BUNDLE_FILES.data) }),
  };
  const contents = [await hash(BUNDLE_FILES.node), await hash(BUNDLE_FILES.start), ...Object.values(parts)];
  const facts: BundleFacts = {
    format: 1,
    id: createHash('sha256').update(contents.join()).digest('hex').slice(0, 12),
    platform: `${process.platform}-${process.arch}`,
    node: version,
    glibc: newest(glibc, program.glibc),
    backends: program.backends,
    images,
    parts,
  };
  await writeJsonFile(join(directory, BUNDLE_FILES.facts), facts);
  await writeFileAtomic(join(directory, BUNDLE_FILES.run), runScript(facts));
  await chmod(join(directory, BUNDLE_FILES.run), 0o755);
}

/** Returns how the images are stored. */
async function packData(directory: string, data: string, options: BundleOptions): Promise<string> {
  const { quality, embeddings, fast, logger, signal } = options;
  logger.info(`Packing the data of ${data}`);
  return within(directory, async (condensed) => {
    const { picturesAs, psnr } = await condenseDataset(data, condensed, { quality, signal });
    const loss = Number.isFinite(psnr) ? `, ${psnr.toFixed(1)} dB PSNR against the prepared set` : ', without loss';
    logger.info(`Images: ${picturesAs}${loss}`);
    if (embeddings !== undefined) {
      await mkdir(join(condensed, 'embeddings'));
      await copyFile(embeddings, join(condensed, 'embeddings', basename(embeddings)));
    }
    await packArchive(condensed, join(directory, BUNDLE_FILES.data), fast ? EFFORT.fast : EFFORT.careful);
    return `${picturesAs}${loss}`;
  });
}

async function packProgram(directory: string, options: BundleOptions): Promise<{ backends: string[]; glibc: string }> {
  const { config, encoder, backends, fast, logger } = options;
  return within(directory, async (program) => {
    const pretrained = config.encoder.kind === 'pretrained' ? config.encoder.name : undefined;
    const { kernels } = await buildProgram(program, { program: options.program, backends, pretrained });
    if (kernels === undefined) {
      logger.warn(
        'The C++ kernels are not compiled: the bundle trains ten times slower, on WebAssembly, or on a card.',
      );
    }
    await writeJsonFile(join(program, 'config.json'), config);
    if (encoder !== undefined) await copyDirectory(encoder, join(program, 'encoder'));
    await packArchive(program, join(directory, BUNDLE_FILES.program), fast ? EFFORT.fast : EFFORT.careful);
    const own = kernels === undefined ? ['wasm', 'cpu'] : ['native', 'wasm', 'cpu'];
    const glibc = kernels === undefined ? '2.0' : newestGlibc(await readFile(kernels));
    return { backends: [...own, ...backends], glibc };
  });
}

/** A directory in `directory` that is gone afterwards. */
async function within<T>(directory: string, use: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = join(directory, 'packing');
  await mkdir(temporary);
  const result = await use(temporary);
  await rm(temporary, { recursive: true });
  return result;
}

const minor = (version: string) => Number(version.split('.')[1]);
const newest = (a: string, b: string) => (minor(a) >= minor(b) ? a : b);

async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new ConfigError(`${directory} is not a directory that can be used.`, {
      hint: 'Name another one.',
      cause: error,
    });
  });
}
