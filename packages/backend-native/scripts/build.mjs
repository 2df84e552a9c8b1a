// Compiles native/ to build/Release/t2i_native.node with the C++ compiler of this machine. Nothing is downloaded.
//   node scripts/build.mjs [--force] [--sanitize address|undefined|thread|bounds] [--sets avx512] [--prebuild [--arch arm64]] [--install]
// --sets compiles only these instruction sets, into build/Release-<names>, for quick trials (load it with T2I_NATIVE_ADDON).
// --prebuild makes prebuilds/<platform>-<arch>.node, which needs no compiler where it is used; --arch with a cross compiler in CXX.
// --install is for those who only want to compute: a prebuilt addon that loads is enough, what has to be compiled is for this
// machine's processor only, and a failure leaves one line and exit code 0. An installation of this repository runs it, and so
// does training where no addon is there. Installing the package runs nothing.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { planObjects } from './plan.mjs';
import { BuildError, findCompiler, INSTRUCTION_SETS, run, sanitizerFlags, setsOfThisMachine } from './toolchain.mjs';

const root = join(import.meta.dirname, '..');

const { values: flags } = parseArgs({
  options: {
    force: { type: 'boolean', default: false },
    sanitize: { type: 'string' },
    sets: { type: 'string' },
    prebuild: { type: 'boolean', default: false },
    arch: { type: 'string', default: process.arch },
    install: { type: 'boolean', default: false },
  },
});
const ADDON = 't2i_native.node';
const LINKED_FROM = 'objects.txt';
const prebuilt = join(root, 'prebuilds', `${process.platform}-${flags.arch}.node`);

/** Where objects and addon go: builds that share nothing have directories of their own. */
function buildDirectory() {
  const kind = flags.sanitize === undefined ? 'Release' : `sanitize-${flags.sanitize}`;
  const foreign = flags.arch === process.arch ? '' : `-${flags.arch}`;
  return join(root, 'build', `${kind}${foreign}${flags.sets === undefined ? '' : `-${flags.sets}`}`);
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

/** As many at a time as there are cores. */
async function compileAll(compiler, jobs) {
  const queue = [...jobs];
  const worker = async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await compile(compiler, job);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

async function link(compiler, jobs, output, more = []) {
  mkdirSync(dirname(output), { recursive: true });
  const temporary = `${output}.${process.pid}`;
  const linker =
    process.platform === 'darwin' ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-Wl,-Bsymbolic'];
  const objects = jobs.map(({ object }) => object);
  const sanitizer = sanitizerFlags(flags.sanitize);
  await run(compiler.command, [...linker, '-pthread', ...sanitizer, ...more, '-o', temporary, ...objects]);
  renameSync(temporary, output);
}

/** Every set that was asked for. */
function wantedSets(compiler) {
  const all = INSTRUCTION_SETS[flags.arch];
  if (all === undefined || process.platform === 'win32') {
    throw new BuildError(`no kernels for ${process.platform}-${flags.arch}`);
  }
  if (flags.sets !== undefined) return flags.sets.split(',');
  return Object.keys(flags.install || flags.sanitize ? setsOfThisMachine(compiler, all) : all);
}

/** The names of the objects that the addon in `directory` was linked from, one a line; empty when there is none. */
function linkedFrom(directory) {
  const [addon, list] = [ADDON, LINKED_FROM].map((name) => join(directory, name));
  return existsSync(addon) && existsSync(list) ? readFileSync(list, 'utf8') : '';
}

const listOf = (jobs) => jobs.map(({ object }) => `${basename(object)}\n`).join('');

/** Whatever is missing, compiled and linked; returns what to tell, and the objects. */
async function build() {
  const compiler = findCompiler();
  const directory = buildDirectory();
  const objectDirectory = join(directory, 'objects');
  if (flags.force) rmSync(directory, { recursive: true, force: true });
  mkdirSync(objectDirectory, { recursive: true });
  const plan = (sets) => planObjects({ compiler, arch: flags.arch, sets, sanitizer: flags.sanitize, objectDirectory });
  const sets = wantedSets(compiler);
  const jobs = plan(sets);
  const whole = plan(Object.keys(INSTRUCTION_SETS[flags.arch]));
  const output = join(directory, ADDON);
  // An installation leaves a whole build alone.
  const enough = flags.install ? [jobs, whole] : [jobs];
  const linked = linkedFrom(directory);
  if (enough.some((wanted) => linked === listOf(wanted))) return { message: `${output} is up to date`, jobs };

  const started = Date.now();
  const stale = jobs.filter(({ object }) => !existsSync(object));
  await compileAll(compiler, stale);
  await link(compiler, jobs, output);
  writeFileSync(join(directory, LINKED_FROM), listOf(jobs));
  removeOutdated(objectDirectory, [...jobs, ...whole]);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  const counts = `${stale.length} of ${jobs.length} files compiled for ${sets.join(', ')}`;
  return { message: `${output}: ${counts} with ${compiler.version} in ${seconds} s`, jobs };
}

/** Deletes objects of other sources, flags or compilers; what another build is just writing stays. */
function removeOutdated(objectDirectory, jobs) {
  const current = new Set(jobs.map(({ object }) => basename(object)));
  for (const name of readdirSync(objectDirectory))
    if (!current.has(name) && !/\.\d+\.o$/.test(name)) rmSync(join(objectDirectory, name), { force: true });
}

/** The objects of a build, linked into prebuilds/ with the C++ library: another machine may have an older one, or none. */
async function linkPrebuilt(jobs) {
  const runtime = process.platform === 'linux' ? ['-static-libstdc++', '-static-libgcc', '-s'] : [];
  await link(findCompiler(), jobs, prebuilt, runtime);
  return prebuilt;
}

function prebuildLoads() {
  return existsSync(prebuilt) && spawnSync(process.execPath, ['-e', 'require(process.argv[1])', prebuilt]).status === 0;
}

async function main() {
  if (flags.install && prebuildLoads()) return say('using the prebuilt addon');
  const { message, jobs } = await build();
  say(message);
  if (flags.prebuild) say(await linkPrebuilt(jobs));
}

function say(message) {
  console.log(`@t2i/backend-native: ${message}`);
}

try {
  await main();
} catch (error) {
  if (flags.install) {
    say(`not compiled, the "native" backend is off (${error.message.split('\n')[0]})`);
  } else if (error instanceof BuildError) {
    console.error(error.message);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
