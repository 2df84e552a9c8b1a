/** Finds headers and libraries of TensorFlow in a C distribution or an unpacked Python wheel. */

import { existsSync } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { BackendError } from '@t2i/core';

/** The files for compiling and linking the addon. */
export interface TensorflowLibrary {
  /** Holds `tensorflow/c/c_api.h`. */
  readonly include: string;
  /** Directory of the libraries. */
  readonly directory: string;
  /** Files to link, all in `directory`. */
  readonly libraries: readonly string[];
}

/** The hint for users who have no TensorFlow yet. */
export const WHERE_FROM =
  'Give a directory with include/ and lib/ (libtensorflow for C, from tensorflow.org), the directory of an installed Python ' +
  'package tensorflow or tensorflow-cpu, or its wheel: pip download tensorflow-cpu --no-deps.';

const HEADER = 'tensorflow/c/eager/c_api.h';

/** The wheel calls the library `_cc`; it has the C functions, too. */
const MAIN = { linux: ['libtensorflow', 'libtensorflow_cc'], darwin: ['libtensorflow', 'libtensorflow_cc'] } as const;

/**
 * Searches `path` and `path/tensorflow`, so `site-packages` works.
 * @throws BackendError that says whether headers, library or the processor are wrong
 */
export async function findTensorflow(path: string): Promise<TensorflowLibrary> {
  if (!existsSync(path)) throw new BackendError(`${resolve(path)} does not exist.`, { hint: WHERE_FROM });
  const given = await realpath(path); // a link of a package manager may disappear
  const root = [given, join(given, 'tensorflow')].find((directory) => existsSync(join(directory, 'include', HEADER)));
  if (root === undefined) {
    throw new BackendError(`${given} has no headers of TensorFlow: include/${HEADER} is missing.`, {
      hint: WHERE_FROM,
    });
  }
  const found = [join(root, 'lib'), root].flatMap((directory) => librariesIn(directory) ?? [])[0];
  if (found === undefined) {
    throw new BackendError(`${root} has headers of TensorFlow but no library: ${names('libtensorflow').join(', ')}.`, {
      hint: `Wheels have it from TensorFlow 2.10 on. ${WHERE_FROM}`,
    });
  }
  await refuseOtherProcessor(found.libraries[0]!);
  return { include: join(root, 'include'), ...found };
}

function librariesIn(directory: string): { directory: string; libraries: string[] } | undefined {
  const first = (library: string) =>
    names(library)
      .map((name) => join(directory, name))
      .find((file) => existsSync(file));
  const main = MAIN[process.platform as keyof typeof MAIN]?.flatMap((library) => first(library) ?? [])[0];
  if (main === undefined) return undefined;
  const framework = first('libtensorflow_framework');
  return { directory, libraries: framework === undefined ? [main] : [main, framework] };
}

/** File names of a library, the one with the version that programs ask for at run time first. */
function names(library: string): string[] {
  return process.platform === 'darwin'
    ? [`${library}.2.dylib`, `${library}.dylib`]
    : [`${library}.so.2`, `${library}.so`];
}

/** `e_machine` of an ELF file. */
const MACHINES: Readonly<Record<number, string>> = { 3: 'ia32', 40: 'arm', 62: 'x64', 183: 'arm64' };

async function refuseOtherProcessor(library: string): Promise<void> {
  const header = new DataView(new ArrayBuffer(20));
  const file = await open(library);
  try {
    await file.read(header, 0, 20, 0);
  } finally {
    await file.close();
  }
  if (header.getUint32(0) !== 0x7f454c46) return; // not ELF: the linker of macOS reports it
  const machine = MACHINES[header.getUint16(18, true)] ?? 'another processor';
  if (machine === process.arch) return;
  throw new BackendError(`${library} is for ${machine}, this is Node for ${process.arch}.`, {
    hint: `Take a TensorFlow for ${process.platform} on ${process.arch}.`,
  });
}
