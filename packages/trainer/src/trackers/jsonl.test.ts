import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { JsonlTracker, readLog, truncateLog } from './jsonl.ts';

const inLog = (use: (path: string) => Promise<void>) =>
  withTemporaryDirectory((directory) => use(join(directory, 'log.jsonl')));

describe('JsonlTracker', () => {
  it('appends to what is there', () =>
    inLog(async (path) => {
      for (const step of [10, 20]) {
        const tracker = await JsonlTracker.open(path);
        await tracker.scalars(step, { epoch: 1, loss: 0.1 + 0.2 });
        await tracker.close();
      }
      expect(await readLog(path)).toEqual([
        { step: 10, epoch: 1, loss: 0.1 + 0.2 },
        { step: 20, epoch: 1, loss: 0.1 + 0.2 },
      ]);
    }));

  it('says why it cannot write', async () => {
    await expect(JsonlTracker.open('/dev/null/log.jsonl')).rejects.toMatchObject({ code: 'ERR_WRITE' });
  });
});

describe('truncateLog', () => {
  it('drops later lines and a line cut short, and keeps the rest to the byte', () =>
    inLog(async (path) => {
      const kept = '{"step":10,"loss":0.30000000000000004}\n{"step":20,"loss":1e-7}\n';
      await writeFile(path, `${kept}{"step":30,"loss":2}\n{"step":40,"lo`);
      await truncateLog(path, 20);
      expect(await readFile(path, 'utf8')).toBe(kept);
    }));

  it('makes an empty log where there is none', () =>
    inLog(async (path) => {
      await truncateLog(path, 20);
      expect(await readFile(path, 'utf8')).toBe('');
    }));
});

it('readLog names an invalid line', () =>
  inLog(async (path) => {
    await writeFile(path, '{"step":1}\n');
    await appendFile(path, 'oops\n');
    await expect(readLog(path)).rejects.toThrow('Line 2');
  }));
