import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { DatasetError } from '@t2i/core';
import { withTemporaryDirectory } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { gunzipped } from './gunzipped.ts';

const content = randomBytes(2 ** 22);

describe('gunzipped', () => {
  it('gives the content', async () => {
    await withTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'a.gz'), gzipSync(content));
      const bytes = new Uint8Array(await new Response(gunzipped(join(directory, 'a.gz'))).arrayBuffer());
      expect(Buffer.compare(bytes, content)).toBe(0);
    });
  });

  it('can be cancelled while data arrives', async () => {
    await withTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'a.gz'), gzipSync(content));
      const reader = gunzipped(join(directory, 'a.gz')).getReader();
      expect((await reader.read()).value?.length).toBeGreaterThan(0);
      await reader.cancel();
      await setTimeout(50); // an error that nobody catches would come now
    });
  });

  it('stops a small file that unpacks to a huge one', async () => {
    await withTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'a.gz'), gzipSync(Buffer.alloc(2 ** 24)));
      const unpacking = (limit: number) => new Response(gunzipped(join(directory, 'a.gz'), limit)).arrayBuffer();
      expect((await unpacking(2 ** 24)).byteLength).toBe(2 ** 24);
      const error = await unpacking(2 ** 24 - 1).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(DatasetError);
      expect((error as Error).message).toMatch(/a\.gz unpacks to more than 16777215 bytes/);
    });
  });

  it('reports a damaged and a missing file', async () => {
    await withTemporaryDirectory(async (directory) => {
      await writeFile(join(directory, 'a.gz'), gzipSync(content).subarray(0, -100));
      await expect(new Response(gunzipped(join(directory, 'a.gz'))).arrayBuffer()).rejects.toThrow(/end of file/);
      await expect(new Response(gunzipped(join(directory, 'b.gz'))).arrayBuffer()).rejects.toThrow(/ENOENT/);
    });
  });
});
