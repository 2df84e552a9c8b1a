import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BackendError } from '@t2i/core';
import { withTemporaryFolder } from '@t2i/test-utils';
import { expect, it } from 'vitest';
import { zip } from './test-zip.ts';
import { unpackWheel } from './wheel.ts';

const HEADER = `// ${'a header '.repeat(50)}`;
const WHEEL = zip({
  'tensorflow/__init__.py': 'import everything',
  'tensorflow/include/tensorflow/c/c_api.h': HEADER,
  'tensorflow/include/xla/tsl/c/tsl_status.h': HEADER,
  'tensorflow/include/google/protobuf/any.h': HEADER,
  'tensorflow/include/tensorflow/c/../../../../escaped.h': HEADER,
  'tensorflow/libtensorflow_cc.so.2': 'the library, deflated',
  'tensorflow/libtensorflow_framework.so': 'the framework, stored',
});

it('takes headers and libraries, deflated or stored, and leaves Python where it is', () =>
  withTemporaryFolder(async (folder) => {
    const wheel = join(folder, 'tensorflow.whl');
    await writeFile(wheel, WHEEL);
    const target = join(folder, 'a/b/c/deps');
    expect(await unpackWheel(wheel, target)).toBe(4);
    expect(await readFile(join(target, 'include/tensorflow/c/c_api.h'), 'utf8')).toBe(HEADER);
    expect(await readFile(join(target, 'lib/libtensorflow_cc.so.2'), 'utf8')).toBe('the library, deflated');
    expect(await readFile(join(target, 'lib/libtensorflow_framework.so'), 'utf8')).toBe('the framework, stored');
    expect(existsSync(join(target, 'include/google'))).toBe(false);
    expect(existsSync(join(folder, 'a/escaped.h'))).toBe(false);
  }));

it('says what is wrong with a file that is no wheel of TensorFlow, or damaged', () =>
  withTemporaryFolder(async (folder) => {
    const wheel = join(folder, 'tensorflow.whl');
    const unpack = async (content: Buffer) => {
      await writeFile(wheel, content);
      await unpackWheel(wheel, join(folder, 'deps'));
    };
    await expect(unpack(Buffer.from('<html>not found'))).rejects.toThrow('it is not a zip file');
    await expect(unpack(WHEEL.subarray(0, -30))).rejects.toThrow('it is not a zip file');
    await expect(unpack(zip({ 'numpy/a.py': 'x' }))).rejects.toThrow('no headers or libraries of TensorFlow');
    const damaged = Buffer.from(WHEEL);
    damaged.fill(0xff, WHEEL.indexOf('c_api.h') + 7, WHEEL.indexOf('c_api.h') + 30);
    await expect(unpack(damaged)).rejects.toThrow('c_api.h does not unpack');
    damaged.write('XX', WHEEL.indexOf('PK', 10));
    await expect(unpack(damaged)).rejects.toThrow(BackendError);
  }));
