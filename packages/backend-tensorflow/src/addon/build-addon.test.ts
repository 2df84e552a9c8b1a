import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { buildAddon } from './build-addon.ts';
import { compile, findCompiler } from './compiler.ts';
import { zip } from './test-zip.ts';
import { findTfjsNode } from './tfjs-node-package.ts';

/** An addon that uses the library as the real one does: two sources, the version, Node's own functions. */
const BACKEND = '#include "tensorflow/c/eager/c_api.h"\nextern "C" const char* version() { return TF_Version(); }\n';
const BINDING = `
#include <node_api.h>
extern "C" const char* version();
static napi_value init(napi_env env, napi_value exports) {
  napi_value text;
  napi_create_string_utf8(env, version(), NAPI_AUTO_LENGTH, &text);
  napi_set_named_property(env, exports, "TF_Version", text);
  return exports;
}
NAPI_MODULE(addon, init)
`;
const PRE_GYP =
  "exports.find = (manifest) => require('node:path').join(manifest, '../lib/napi-v8/tfjs_binding.node');\n";
const LIBRARY = 'extern "C" const char* TF_Version() { return "2.0.0-tiny"; }\n';
const C_API = 'extern "C" const char* TF_Version();\n';

function hasCompiler(): boolean {
  try {
    return findCompiler() !== '' && process.platform !== 'win32';
  } catch {
    return false;
  }
}

async function write(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(directory, name, '..'), { recursive: true });
    await writeFile(join(directory, name), content);
  }
}

/** A package and a C distribution of TensorFlow, both tiny. */
async function prepare(directory: string) {
  const installed = 'node_modules/@tensorflow/tfjs-node';
  await write(directory, {
    'package.json': '{}',
    [`${installed}/package.json`]: '{}',
    [`${installed}/binding/tfjs_backend.cc`]: BACKEND,
    [`${installed}/binding/tfjs_binding.cc`]: BINDING,
    'node_modules/@mapbox/node-pre-gyp/index.js': PRE_GYP,
    'tf/include/tensorflow/c/eager/c_api.h': C_API,
    'tf/lib/library.cc': LIBRARY,
  });
  const name = process.platform === 'darwin' ? 'libtensorflow.2.dylib' : 'libtensorflow.so.2';
  const library = join(directory, 'tf/lib', name);
  const soname = process.platform === 'darwin' ? `-Wl,-install_name,@rpath/${name}` : `-Wl,-soname,${name}`;
  if (hasCompiler()) {
    compile(findCompiler(), ['-shared', '-fPIC', soname, '-o', library, join(directory, 'tf/lib/library.cc')]);
  }
  return {
    library,
    tensorflow: join(directory, 'tf'),
    tfjsNode: findTfjsNode('node', [join(directory, 'package.json')]),
  };
}

const inDirectory = (use: (prepared: Awaited<ReturnType<typeof prepare>>) => Promise<void>) => () =>
  withTemporaryDirectory(async (directory) => use(await prepare(directory)));

const versionOf = (addon: string) => (createRequire(import.meta.url)(addon) as { TF_Version: string }).TF_Version;

describe.skipIf(!hasCompiler())('with a C++ compiler', () => {
  it(
    'builds against a C distribution, where the package looks for its addon',
    inDirectory(async ({ tensorflow, tfjsNode }) => {
      const built = await buildAddon('node', tensorflow, tfjsNode);
      expect(built).toEqual({
        packageName: '@tensorflow/tfjs-node',
        addon: join(tfjsNode.directory, 'lib/napi-v8/tfjs_binding.node'),
        libraries: join(tensorflow, 'lib'),
        tensorflow: '2.0.0-tiny',
      });
      expect(versionOf(built.addon)).toBe('2.0.0-tiny');
      expect(await readdir(join(tfjsNode.directory, 'lib/napi-v8'))).toEqual(['tfjs_binding.node']);
    }),
  );

  it(
    'builds against the directory of a Python package, and the one around it',
    inDirectory(async ({ library, tensorflow, tfjsNode }) => {
      const directory = join(tensorflow, '../site-packages/tensorflow');
      await cp(join(tensorflow, 'include'), join(directory, 'include'), { recursive: true });
      await cp(library, join(directory, library.slice(tensorflow.length + '/lib/'.length)));
      const built = await buildAddon('node', directory, tfjsNode);
      expect(built.libraries).toBe(directory);
      expect(await buildAddon('node', join(directory, '..'), tfjsNode)).toEqual(built);
    }),
  );

  it(
    'unpacks a wheel into the package, which can then be moved',
    inDirectory(async ({ library, tensorflow, tfjsNode }) => {
      const wheel = join(tensorflow, 'tensorflow.whl');
      const name = library.slice(tensorflow.length + '/lib/'.length);
      const header = 'tensorflow/include/tensorflow/c/eager/c_api.h';
      await writeFile(wheel, zip({ [header]: C_API, [`tensorflow/${name}`]: await readFile(library) }));
      const { libraries } = await buildAddon('node', wheel, tfjsNode);
      expect(libraries).toBe(join(tfjsNode.directory, 'deps/lib'));
      await rename(tfjsNode.directory, `${tfjsNode.directory}-moved`);
      expect(versionOf(`${tfjsNode.directory}-moved/lib/napi-v8/tfjs_binding.node`)).toBe('2.0.0-tiny');
    }),
  );

  it(
    'says what is wrong, and keeps the addon that was there',
    inDirectory(async ({ library, tensorflow, tfjsNode }) => {
      const { addon } = await buildAddon('node', tensorflow, tfjsNode);
      const build = (path = tensorflow) => buildAddon('node', path, tfjsNode);
      await expect(build(join(tensorflow, 'nowhere'))).rejects.toThrow('does not exist');
      await expect(build(join(tensorflow, 'nowhere.whl'))).rejects.toThrow('cannot be read');
      await expect(build(join(tensorflow, 'lib'))).rejects.toThrow('no headers of TensorFlow');

      const header = join(tensorflow, 'include/tensorflow/c/eager/c_api.h');
      await writeFile(header, '#error of another age\n');
      await expect(build()).rejects.toThrow('of another age');
      await writeFile(header, 'extern "C" const char* TF_Version();\nextern "C" int gone();\nint used = gone();\n');
      await expect(build()).rejects.toThrow(/does not (load|compile).*gone/s);
      expect(versionOf(addon)).toBe('2.0.0-tiny');

      await writeFile(library, elfFor(process.arch === 'x64' ? 0xb7 : 0x3e));
      const other = process.arch === 'x64' ? 'arm64' : 'x64';
      await expect(build()).rejects.toThrow(`is for ${other}, this is Node for ${process.arch}`);
      await rename(library, `${library}.away`);
      await expect(build()).rejects.toThrow('has headers of TensorFlow but no library');
    }),
  );
});

/** The first bytes of a library for a processor. */
function elfFor(machine: number): Buffer {
  const header = Buffer.alloc(64);
  header.writeUInt32BE(0x7f454c46);
  header.writeUInt16LE(machine, 18);
  return header;
}

it('says how to install a package that is not there, and refuses one without sources', () =>
  withTemporaryDirectory(async (directory) => {
    const find = () => findTfjsNode('node-gpu', [join(directory, 'package.json')]);
    expect(find).toThrow('@tensorflow/tfjs-node-gpu is not installed');
    await write(directory, { 'node_modules/@tensorflow/tfjs-node-gpu/package.json': '{}' });
    expect(find).toThrow('has no binding/tfjs_backend.cc');
  }));

it('without a compiler, says what to install', () =>
  withTemporaryDirectory(async (directory) => {
    const prepared = await prepare(directory);
    const { PATH, CXX } = process.env;
    process.env.PATH = directory;
    delete process.env.CXX;
    try {
      const build = buildAddon('node', prepared.tensorflow, prepared.tfjsNode);
      await expect(build).rejects.toMatchObject({ hint: expect.stringContaining('apt-get install g++') });
    } finally {
      process.env.PATH = PATH;
      if (CXX !== undefined) process.env.CXX = CXX;
    }
  }));
