/** Compiles the addon of tfjs-node against a given TensorFlow and puts it where the package looks for it. Nothing is downloaded. */

import { spawnSync } from 'node:child_process';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { BackendError, errorMessage } from '@t2i/core';
import type { TensorflowBackend } from '../package-names.ts';
import { compile, findCompiler } from './compiler.ts';
import { findTensorflow, type TensorflowLibrary, WHERE_FROM } from './tensorflow-library.ts';
import { findTfjsNode, type TfjsNodePackage } from './tfjs-node-package.ts';
import { unpackWheel } from './wheel.ts';

const require = createRequire(import.meta.url);

/** The built addon. */
export interface BuiltAddon {
  /** Name of its package. */
  readonly packageName: string;
  /** The file. */
  readonly addon: string;
  /** Directory of the libraries that it loads; it must stay in place. */
  readonly libraries: string;
  /** Version of TensorFlow, as the library reports it. */
  readonly tensorflow: string;
}

/**
 * Builds the addon of the installed package for `backend`.
 * @param tensorflow headers and library: a directory, or a Python wheel, which is unpacked into the package
 * @param tfjsNode the package, if it is not the installed one
 * @throws BackendError when something is missing or does not fit; an earlier addon then stays
 */
export async function buildAddon(
  backend: TensorflowBackend,
  tensorflow: string,
  tfjsNode: TfjsNodePackage = findTfjsNode(backend),
): Promise<BuiltAddon> {
  if (process.platform !== 'linux' && process.platform !== 'darwin') {
    throw new BackendError(`The addon cannot be built on ${process.platform} by this command.`, {
      hint: "On Windows, use the package's own installer or the Windows Subsystem for Linux.",
    });
  }
  const compiler = findCompiler();
  const library = await findTensorflow(await unpacked(tensorflow, tfjsNode));
  const { addon, name } = tfjsNode;
  const fresh = join(dirname(addon), `building-${process.pid}.node`);
  await mkdir(dirname(addon), { recursive: true });
  try {
    compile(compiler, compilerOptions(tfjsNode, library, fresh));
    const version = versionOf(fresh);
    await rename(fresh, addon);
    return { packageName: name, addon, libraries: library.directory, tensorflow: version };
  } finally {
    await rm(fresh, { force: true });
  }
}

/** A wheel goes where the package's own installer puts TensorFlow, whole or not at all. */
async function unpacked(tensorflow: string, { directory }: TfjsNodePackage): Promise<string> {
  if (!tensorflow.endsWith('.whl')) return tensorflow;
  await stat(tensorflow).catch((cause) => {
    throw new BackendError(`${tensorflow} cannot be read: ${errorMessage(cause)}.`, { hint: WHERE_FROM, cause });
  });
  const [target, fresh] = [join(directory, 'deps'), join(directory, `deps-${process.pid}`)];
  try {
    await unpackWheel(tensorflow, fresh);
    await findTensorflow(fresh);
    await rm(target, { recursive: true, force: true });
    await rename(fresh, target);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return target;
}

function compilerOptions(
  { directory, sources, addon }: TfjsNodePackage,
  { include, directory: libraries, libraries: files }: TensorflowLibrary,
  output: string,
): string[] {
  const napi = join(dirname(require.resolve('node-api-headers/package.json')), 'include');
  const isMac = process.platform === 'darwin';
  const shared = isMac ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-fPIC', '-Wl,-z,now']; // a missing function shows at once
  // Libraries within the package are found even if the package is moved.
  const within = !relative(directory, libraries).startsWith('..');
  const origin = isMac ? '@loader_path' : '$ORIGIN';
  const search = within ? `${origin}/${relative(dirname(addon), libraries)}` : libraries;
  return [
    ...['-std=c++17', '-O2', '-DNAPI_VERSION=8', ...shared],
    ...['-I', directory, '-I', include, '-I', napi],
    ...['-o', output, ...sources, ...files, `-Wl,-rpath,${search}`],
  ];
}

/** Loads the addon in a process of its own: a library that does not fit may take it down. */
function versionOf(addon: string): string {
  const program = 'process.stdout.write(require(process.argv[1]).TF_Version)';
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ['-e', program, addon], {
    encoding: 'utf8',
    env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
  });
  if (status === 0) return stdout;
  const reason = /^\w*Error: .*$/m.exec(stderr)?.[0] ?? `Node ended with ${signal ?? status}`;
  throw new BackendError(`The addon compiles but does not load: ${reason}`, {
    hint: 'Headers and library must be of the same TensorFlow, and the library needs all that it was linked to.',
  });
}
