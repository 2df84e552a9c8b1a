import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BackendError } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { zip } from './test-zip.ts';
import { unpackWheel } from './wheel.ts';

const HEADER = `// ${'a header '.repeat(50)}`;
const WHEEL = zip({
  'tensorflow/__init__.py': 'import everything',
  'tensorflow/include/tensorflow/c/c_api.h': HEADER,
  'tensorflow/include/xla/tsl/c/tsl_status.h': HEADER,
  'tensorflow/include/google/protobuf/any.h': HEADER,
  'tensorflow/libtensorflow_cc.so.2': 'the library, deflated',
  'tensorflow/libtensorflow_framework.so': 'the framework, stored',
});

it('takes headers and libraries, deflated or stored, and leaves Python where it is', () =>
  withTemporaryDirectory(async (directory) => {
    const wheel = join(directory, 'tensorflow.whl');
    await writeFile(wheel, WHEEL);
    const target = join(directory, 'a/b/c/deps');
    expect(await unpackWheel(wheel, target)).toBe(4);
    expect(await readFile(join(target, 'include/tensorflow/c/c_api.h'), 'utf8')).toBe(HEADER);
    expect(await readFile(join(target, 'lib/libtensorflow_cc.so.2'), 'utf8')).toBe('the library, deflated');
    expect(await readFile(join(target, 'lib/libtensorflow_framework.so'), 'utf8')).toBe('the framework, stored');
    expect(existsSync(join(target, 'include/google'))).toBe(false);
  }));

it('says what is wrong with a file that is no wheel of TensorFlow, or damaged', () =>
  withTemporaryDirectory(async (directory) => {
    const wheel = join(directory, 'tensorflow.whl');
    const unpack = async (content: Buffer) => {
      await writeFile(wheel, content);
      await unpackWheel(wheel, join(directory, 'deps'));
    };
    await expect(unpack(Buffer.from('<html>not found'))).rejects.toThrow('it is not a zip file');
    await expect(unpack(WHEEL.subarray(0, -30))).rejects.toThrow('it is not a zip file');
    await expect(unpack(zip({ 'numpy/a.py': 'x' }))).rejects.toThrow('no headers or libraries of TensorFlow');
    const damaged = Buffer.from(WHEEL);
    damaged.fill(0xff, WHEEL.indexOf('c_api.h') + 7, WHEEL.indexOf('c_api.h') + 30);
    await expect(unpack(damaged)).rejects.toThrow('c_api.h does not unpack');
    damaged.write('XX', WHEEL.indexOf('PK', 10));
    await expect(unpack(damaged)).rejects.toThrow(BackendError);
    await expect(unpackWheel(join(directory, 'missing.whl'), directory)).rejects.toThrow('ENOENT');
  }));

it('notices a changed byte of a stored file by its checksum', () =>
  withTemporaryDirectory(async (directory) => {
    const changed = Buffer.from(WHEEL);
    changed.write('THE', WHEEL.indexOf('the framework'));
    await writeFile(join(directory, 'a.whl'), changed);
    await expect(unpackWheel(join(directory, 'a.whl'), join(directory, 'deps'))).rejects.toThrow(
      'libtensorflow_framework.so does not unpack (its checksum is another one)',
    );
  }));

it.each(['tensorflow/include/tensorflow/c/../../../../escaped.h', '/tensorflow/c_api.h', '..\\escaped.h'])(
  'refuses a wheel with the path %s, and writes nothing there',
  (path) =>
    withTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'a.whl'), zip({ [path]: HEADER }));
      const unpacking = unpackWheel(join(directory, 'a.whl'), join(directory, 'a/b/deps'));
      await expect(unpacking).rejects.toThrow(BackendError);
      await expect(unpacking).rejects.toThrow(/its directory is damaged \((invalid relative|absolute) path/);
      expect(await readdir(directory)).toEqual(['a.whl']);
    }),
);

it('stops a small wheel that unpacks to a huge one', () =>
  withTemporaryDirectory(async (directory) => {
    await writeFile(join(directory, 'a.whl'), zip({ 'tensorflow/libtensorflow_cc.so.2': Buffer.alloc(2 ** 22) }));
    const wheel = join(directory, 'a.whl');
    expect(await unpackWheel(wheel, join(directory, 'deps'), 2 ** 22)).toBe(1);
    await expect(unpackWheel(wheel, join(directory, 'deps'), 2 ** 22 - 1)).rejects.toThrow(
      'unpacks to more than 4194303',
    );
    // a directory that lists less than the file contains
    const lying = zip({ 'tensorflow/libtensorflow_cc.so.2': Buffer.alloc(2 ** 22) });
    lying.writeUInt32LE(10, lying.lastIndexOf('PK\x01\x02') + 24);
    await writeFile(wheel, lying);
    await expect(unpackWheel(wheel, join(directory, 'deps'))).rejects.toThrow('libtensorflow_cc.so.2 does not unpack');
  }));

it('takes files or throws a BackendError for damaged bytes, and writes nothing elsewhere', () =>
  withTemporaryDirectory(async (directory) => {
    const deps = join(directory, 'a/b/deps');
    let refused = 0;
    const change = fc.array(fc.tuple(fc.nat(WHEEL.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    const property = fc.asyncProperty(change, async (changes) => {
      const damaged = Buffer.from(WHEEL);
      for (const [at, value] of changes) damaged[at] = value;
      await writeFile(join(directory, 'a.whl'), damaged);
      const error = await unpackWheel(join(directory, 'a.whl'), deps).catch((reason: unknown) => reason);
      if (typeof error !== 'number') expect(error).toBeInstanceOf(BackendError);
      if (typeof error !== 'number') refused += 1;
    });
    await fc.assert(property, { numRuns: 300, seed: 18 });
    expect(refused).toBeGreaterThan(100);
    const beside = await Promise.all(['', 'a', 'a/b'].map((name) => readdir(join(directory, name))));
    expect(beside).toEqual([['a', 'a.whl'], ['b'], ['deps']]);
    expect((await readdir(deps)).filter((name) => !['include', 'lib'].includes(name))).toEqual([]);
  }));
