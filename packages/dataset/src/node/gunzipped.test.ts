import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { withTemporaryFolder } from '@t2i/test-utils';
import { describe, expect, it } from 'vitest';
import { gunzipped } from './gunzipped.ts';

const content = randomBytes(2 ** 22);

describe('gunzipped', () => {
  it('gives the content', async () => {
    await withTemporaryFolder(async (folder) => {
      await writeFile(join(folder, 'a.gz'), gzipSync(content));
      const bytes = new Uint8Array(await new Response(gunzipped(join(folder, 'a.gz'))).arrayBuffer());
      expect(Buffer.compare(bytes, content)).toBe(0);
    });
  });

  it('can be cancelled while data arrives', async () => {
    await withTemporaryFolder(async (folder) => {
      await writeFile(join(folder, 'a.gz'), gzipSync(content));
      const reader = gunzipped(join(folder, 'a.gz')).getReader();
      expect((await reader.read()).value?.length).toBeGreaterThan(0);
      await reader.cancel();
      await setTimeout(50); // an error that nobody catches would come now
    });
  });

  it('reports a damaged and a missing file', async () => {
    await withTemporaryFolder(async (folder) => {
      await writeFile(join(folder, 'a.gz'), gzipSync(content).subarray(0, -100));
      await expect(new Response(gunzipped(join(folder, 'a.gz'))).arrayBuffer()).rejects.toThrow(/end of file/);
      await expect(new Response(gunzipped(join(folder, 'b.gz'))).arrayBuffer()).rejects.toThrow(/ENOENT/);
    });
  });
});
