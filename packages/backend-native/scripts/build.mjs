// Compiles native/ to build/Release/t2i_native.node with the C++ compiler of this machine. Nothing is downloaded.
//   node scripts/build.mjs [--force] [--sanitize address|undefined|thread] [--sets avx512] [--prebuild] [--install]
// --sets compiles only these instruction sets, into build/Release-<names>, for quick trials (load it with T2I_NATIVE_ADDON).
// --install is what the package manager runs: a prebuilt addon that loads is enough, and a failure leaves one line and exit code 0.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const native = join(root, 'native');
const require = createRequire(import.meta.url);

const { values: flags } = parseArgs({
  options: {
    force: { type: 'boolean', default: false },
    sanitize: { type: 'string' },
    sets: { type: 'string' },
    prebuild: { type: 'boolean', default: false },
    install: { type: 'boolean', default: false },
  },
});

/** Instruction sets by processor, slowest first; the first one is also the target of everything that is not a kernel. */
const INSTRUCTION_SETS = {
  x64: {
    x64_v1: [],
    avx2: ['-mavx2', '-mfma', '-mf16c', '-mbmi2'],
    avx512: [
      '-mavx512f',
      '-mavx512dq',
      '-mavx512bw',
      '-mavx512vl',
      '-mfma',
      '-mavx2',
      '-mbmi2',
      '-mprefer-vector-width=512',
    ],
  },
  arm64: { neon: [] },
};

const COMMON = [
  '-std=c++17',
  '-O3',
  '-fPIC',
  '-pthread',
  '-fvisibility=hidden',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-ffp-contract=fast',
  '-DNAPI_VERSION=8',
  '-Wall',
  '-Wextra',
  '-Wno-psabi',
  '-Wno-unused-function',
];

class BuildError extends Error {}

function findCompiler() {
  for (const command of [process.env.CXX, 'c++', 'g++', 'clang++']) {
    if (!command) continue;
    const probe = spawnSync(command, ['--version'], { encoding: 'utf8' });
    if (probe.status === 0) return { command, version: probe.stdout.split('\n')[0] };
  }
  throw new BuildError('no C++ compiler found (looked for $CXX, c++, g++, clang++)');
}

function sanitizerFlags(kind) {
  if (kind === undefined) return [];
  if (!['address', 'undefined', 'thread'].includes(kind)) throw new BuildError(`unknown sanitizer "${kind}"`);
  const recover = kind === 'undefined' ? ['-fno-sanitize-recover=all', '-fno-sanitize=alignment'] : [];
  return ['-O1', `-fsanitize=${kind}`, ...recover, '-g', '-fno-omit-frame-pointer'];
}

/** Every object file to make: source, flags, and a name that contains the hash of all that it depends on. */
function plan(compiler, objectFolder) {
  const allSets = INSTRUCTION_SETS[process.arch];
  if (allSets === undefined || process.platform === 'win32')
    throw new BuildError(`no kernels for ${process.platform}-${process.arch}`);
  const wantedSets = flags.sets?.split(',') ?? Object.keys(allSets);
  const sets = Object.fromEntries(wantedSets.map((name) => [name, allSets[name]]));
  const kernelFiles = readdirSync(join(native, 'kernels'))
    .filter((name) => name.endsWith('.cc'))
    .sort();
  const groups = kernelFiles
    .filter((name) => readFileSync(join(native, 'kernels', name), 'utf8').includes('T2I_KERNELS('))
    .map((name) => `X(${basename(name, '.cc').replaceAll('-', '_')})`);
  const include = [`-I${join(dirname(require.resolve('node-api-headers/package.json')), 'include')}`];
  const shared = [...COMMON, ...sanitizerFlags(flags.sanitize)];
  const jobs = readdirSync(native)
    .filter((name) => name.endsWith('.cc'))
    .map((name) => ({ name: basename(name, '.cc'), source: join(native, name), flags: [...shared, ...include] }));
  for (const job of jobs.filter(({ name }) => name === 'addon'))
    job.flags.push(
      `-DT2I_GROUPS(X)=${groups.join(' ')}`,
      `-DT2I_ISAS(X)=${Object.keys(sets)
        .map((s) => `X(${s})`)
        .join(' ')}`,
    );
  for (const [set, setFlags] of Object.entries(sets))
    for (const name of kernelFiles)
      jobs.push({
        name: `${set}-${basename(name, '.cc')}`,
        source: join(native, 'kernels', name),
        flags: [...shared, ...setFlags, `-DT2I_ISA=${set}`],
        kernel: true,
      });
  for (const job of jobs) {
    const sources = [...withHeaders(job.source)].sort().map((file) => readFileSync(file));
    job.object = join(objectFolder, `${job.name}-${hashOf(compiler.version, ...sources, ...job.flags)}.o`);
  }
  return jobs;
}

/** The file and every header of this package that it includes, directly or not. */
function withHeaders(file, seen = new Set()) {
  if (seen.has(file) || !existsSync(file)) return seen;
  seen.add(file);
  for (const [, header] of readFileSync(file, 'utf8').matchAll(/^#include "(.+)"/gm))
    withHeaders(join(dirname(file), header), seen);
  return seen;
}

function hashOf(...parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => reject(new BuildError(error.message)));
    child.on('close', (code) => (code === 0 ? resolve(output) : reject(new BuildError(output.trim()))));
  });
}

/** Compiles one file; a kernel object that defines an inline function outside its own namespace is refused (see CONTRIBUTING.md). */
async function compile(compiler, job) {
  const temporary = `${job.object}.${process.pid}.o`;
  const warnings = await run(compiler.command, [...job.flags, '-c', job.source, '-o', temporary]);
  if (warnings) process.stderr.write(warnings);
  if (job.kernel && flags.sanitize === undefined) {
    const listing = spawnSync('nm', [temporary], { encoding: 'utf8' });
    const leaked = (listing.stdout ?? '').split('\n').filter((line) => / [WVu] (?!_ZZ*NK?3t2i|DW\.ref)/.test(line));
    if (leaked.length > 0) throw new BuildError(`${job.source} emits shared inline code:\n${leaked.join('\n')}`);
  }
  renameSync(temporary, job.object);
}

async function build() {
  const compiler = findCompiler();
  const kind = flags.sanitize === undefined ? 'Release' : `sanitize-${flags.sanitize}`;
  const folder = join(root, 'build', flags.sets === undefined ? kind : `${kind}-${flags.sets}`);
  const objectFolder = join(folder, 'objects');
  if (flags.force) rmSync(folder, { recursive: true, force: true });
  mkdirSync(objectFolder, { recursive: true });
  const jobs = plan(compiler, objectFolder);
  const output = flags.prebuild
    ? join(root, 'prebuilds', `${process.platform}-${process.arch}.node`)
    : join(folder, 't2i_native.node');
  const stale = jobs.filter(({ object }) => !existsSync(object));
  const wanted = new Set(jobs.map(({ object }) => basename(object)));
  const current = readdirSync(objectFolder).every((name) => wanted.has(name));
  if (stale.length === 0 && current && existsSync(output)) return `${output} is up to date`;

  const started = Date.now();
  const queue = [...stale];
  const worker = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await compile(compiler, job);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  mkdirSync(dirname(output), { recursive: true });
  const temporary = `${output}.${process.pid}`;
  const linker =
    process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-Wl,-Bsymbolic'];
  const runtime = flags.prebuild && process.platform === 'linux' ? ['-static-libstdc++', '-static-libgcc'] : [];
  await run(compiler.command, [
    ...linker,
    '-pthread',
    ...sanitizerFlags(flags.sanitize),
    ...runtime,
    '-o',
    temporary,
    ...jobs.map(({ object }) => object),
  ]);
  renameSync(temporary, output);
  for (const name of readdirSync(objectFolder))
    if (!wanted.has(name) && !/\.\d+\.o$/.test(name)) rmSync(join(objectFolder, name), { force: true });
  return `${output}: ${stale.length} of ${jobs.length} files compiled with ${compiler.version} in ${((Date.now() - started) / 1000).toFixed(1)} s`;
}

function prebuildLoads() {
  const file = join(root, 'prebuilds', `${process.platform}-${process.arch}.node`);
  return existsSync(file) && spawnSync(process.execPath, ['-e', 'require(process.argv[1])', file]).status === 0;
}

try {
  if (flags.install && prebuildLoads()) console.log('@t2i/backend-native: using the prebuilt addon');
  else console.log(`@t2i/backend-native: ${await build()}`);
} catch (error) {
  if (flags.install) {
    console.log(`@t2i/backend-native: not compiled, the "native" backend is off (${error.message.split('\n')[0]})`);
  } else if (error instanceof BuildError) {
    console.error(error.message);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
