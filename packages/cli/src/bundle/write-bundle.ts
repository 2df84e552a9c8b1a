/** Writes a bundle: Node, the program, data and configuration in one folder that trains elsewhere. */

import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { ConfigError, type Logger } from '@t2i/core';
import { copyFolder, hashFile, writeFileAtomic, writeFolderAtomic, writeJsonFile } from '@t2i/core/node';
import { type CondenseOptions, condenseDataset } from '@t2i/dataset/node';
import type { RunConfig } from '@t2i/pipeline';
import { packArchive } from './archive.ts';
import { buildProgram, buildStart, type ExtraEngine, loadEsbuild } from './build-program.ts';
import { BUNDLE_FILES, type BundleFacts } from './facts.ts';
import { copyXz, newestGlibc, packNode } from './node-binary.ts';
import { assertSmall, type BundlePart, weigh } from './parts.ts';
import { runScript } from './run-script.ts';

/** Of brotli. 11 would make the program a tenth smaller by four times the work. */
const EFFORT = { fast: 3, careful: 9 } as const;

export interface BundleOptions {
  readonly out: string;
  /** Names its encoder: none that is `automatic`. */
  readonly config: RunConfig;
  /** Folder of a text encoder of one's own. */
  readonly encoder: string | undefined;
  /** File of embeddings that `t2i embed` wrote. */
  readonly embeddings: string | undefined;
  /** Node for this platform. */
  readonly node: string;
  readonly engines: readonly ExtraEngine[];
  readonly quality: CondenseOptions['quality'];
  /** Bytes that the folder may have. */
  readonly limit: number;
  /** Compress less, for trying it out. */
  readonly fast: boolean;
  readonly logger: Logger;
  readonly signal?: AbortSignal;
}

/**
 * Makes the folder, whole or not at all, and returns what each part weighs.
 * @throws ConfigError when the folder is not empty, esbuild is not installed, a part is missing, or all of it is larger than the limit
 */
export async function writeBundle(options: BundleOptions): Promise<BundlePart[]> {
  const out = resolve(options.out);
  if ((await namesIn(out)).length > 0) {
    throw new ConfigError(`${out} is not empty.`, { hint: 'Name a folder that does not exist yet.' });
  }
  await loadEsbuild(); // before minutes of work
  let parts: BundlePart[] = [];
  await writeFolderAtomic(out, async (folder) => {
    await fillBundle(folder, options);
    parts = await weigh(folder);
    assertSmall(parts, options.limit);
  });
  return parts;
}

async function fillBundle(folder: string, options: BundleOptions): Promise<void> {
  const { config, node, fast, logger, signal } = options;
  const data = config.data.kind === 'prepared' ? config.data.directory : undefined;
  const pictures = data === undefined ? undefined : await packData(folder, data, options);
  signal?.throwIfAborted();
  logger.info('Packing the program');
  const program = await packProgram(folder, options);
  signal?.throwIfAborted();
  logger.info('Packing Node');
  const { version, glibc } = await packNode(node, join(folder, BUNDLE_FILES.node), { fast });
  if (!(await copyXz(join(folder, BUNDLE_FILES.tools))))
    logger.warn('xz is not copied: the other machine must have it.');
  await buildStart(join(folder, BUNDLE_FILES.start));

  const hash = (name: string) => hashFile(join(folder, name));
  const parts = {
    program: await hash(BUNDLE_FILES.program),
    ...(pictures !== undefined && { data: await hash(BUNDLE_FILES.data) }),
  };
  const contents = [await hash(BUNDLE_FILES.node), await hash(BUNDLE_FILES.start), ...Object.values(parts)];
  const facts: BundleFacts = {
    format: 1,
    id: createHash('sha256').update(contents.join()).digest('hex').slice(0, 12),
    platform: `${process.platform}-${process.arch}`,
    node: version,
    glibc: newest(glibc, program.glibc),
    engines: program.engines,
    pictures,
    parts,
  };
  await writeJsonFile(join(folder, BUNDLE_FILES.facts), facts);
  await writeFileAtomic(join(folder, BUNDLE_FILES.run), runScript(facts));
  await chmod(join(folder, BUNDLE_FILES.run), 0o755);
}

/** Returns how the pictures are stored. */
async function packData(folder: string, data: string, options: BundleOptions): Promise<string> {
  const { quality, embeddings, fast, logger, signal } = options;
  logger.info(`Packing the data of ${data}`);
  return within(folder, async (condensed) => {
    const { picturesAs, psnr } = await condenseDataset(data, condensed, { quality, signal });
    const loss = Number.isFinite(psnr) ? `, ${psnr.toFixed(1)} dB PSNR against the prepared set` : ', without loss';
    logger.info(`Pictures: ${picturesAs}${loss}`);
    if (embeddings !== undefined) {
      await mkdir(join(condensed, 'embeddings'));
      await copyFile(embeddings, join(condensed, 'embeddings', basename(embeddings)));
    }
    await packArchive(condensed, join(folder, BUNDLE_FILES.data), fast ? EFFORT.fast : EFFORT.careful);
    return `${picturesAs}${loss}`;
  });
}

async function packProgram(folder: string, options: BundleOptions): Promise<{ engines: string[]; glibc: string }> {
  const { config, encoder, engines, fast, logger } = options;
  return within(folder, async (program) => {
    const pretrained = config.encoder.kind === 'pretrained';
    const { kernels } = await buildProgram(program, { engines, pretrained });
    if (kernels === undefined) {
      logger.warn(
        'The C++ kernels are not compiled: the bundle trains ten times slower, on WebAssembly, or on a card.',
      );
    }
    await writeJsonFile(join(program, 'config.json'), config);
    if (encoder !== undefined) await copyFolder(encoder, join(program, 'encoder'));
    await packArchive(program, join(folder, BUNDLE_FILES.program), fast ? EFFORT.fast : EFFORT.careful);
    const own = kernels === undefined ? ['wasm', 'cpu'] : ['native', 'wasm', 'cpu'];
    const glibc = kernels === undefined ? '2.0' : newestGlibc(await readFile(kernels));
    return { engines: [...own, ...engines], glibc };
  });
}

/** A folder in `folder` that is gone afterwards. */
async function within<T>(folder: string, use: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = join(folder, 'packing');
  await mkdir(temporary);
  const result = await use(temporary);
  await rm(temporary, { recursive: true });
  return result;
}

const minor = (version: string) => Number(version.split('.')[1]);
const newest = (a: string, b: string) => (minor(a) >= minor(b) ? a : b);

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new ConfigError(`${folder} is not a folder that can be used.`, { hint: 'Name another one.', cause: error });
  });
}
