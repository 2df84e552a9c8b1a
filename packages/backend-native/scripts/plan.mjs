// Which object files the addon consists of, each named by the hash of all that it depends on.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { COMMON_FLAGS, INSTRUCTION_SETS, sanitizerFlags } from './toolchain.mjs';

const require = createRequire(import.meta.url);
const native = join(import.meta.dirname, '..', 'native');

/** The baseline's sources, compiled once. `addon.cc` is told the kernel files and the instruction sets. */
function baselineJobs(kernelFiles, sets, shared) {
  const include = `-I${join(dirname(require.resolve('node-api-headers/package.json')), 'include')}`;
  const groups = kernelFiles
    .filter((name) => readFileSync(join(native, 'kernels', name), 'utf8').includes('T2I_KERNELS('))
    .map((name) => `X(${basename(name, '.cc').replaceAll('-', '_')})`);
  const tables = [`-DT2I_GROUPS(X)=${groups.join(' ')}`, `-DT2I_ISAS(X)=${sets.map((set) => `X(${set})`).join(' ')}`];
  return sourcesIn(native).map((file) => ({
    name: basename(file, '.cc'),
    source: join(native, file),
    flags: [...shared, include, ...(file === 'addon.cc' ? tables : [])],
  }));
}

/**
 * Every object file to make: source, flags, path, and whether it is a kernel; the longest sources first, so that no core
 * is left alone with one of them at the end.
 * @param sets names of instruction sets of `arch`
 */
export function planObjects({ compiler, arch, sets, sanitizer, objectDirectory }) {
  const shared = [...COMMON_FLAGS, ...sanitizerFlags(sanitizer)];
  const kernelFiles = sourcesIn(join(native, 'kernels'));
  const jobs = baselineJobs(kernelFiles, sets, shared);
  for (const set of sets)
    for (const file of kernelFiles)
      jobs.push({
        name: `${set}-${basename(file, '.cc')}`,
        source: join(native, 'kernels', file),
        flags: [...shared, ...INSTRUCTION_SETS[arch][set], `-DT2I_ISA=${set}`],
        kernel: true,
      });
  for (const job of jobs) {
    const sources = [...withHeaders(job.source)].sort().map((file) => readFileSync(file));
    job.object = join(objectDirectory, `${job.name}-${hashOf(compiler.version, ...sources, ...job.flags)}.o`);
  }
  return jobs.sort((a, b) => statSync(b.source).size - statSync(a.source).size);
}

function sourcesIn(directory) {
  return readdirSync(directory)
    .filter((name) => name.endsWith('.cc'))
    .sort();
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
