/** An append-only file. Data is in the file when the promise resolves, and on the disk after `sync`. */

import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeError } from '@t2i/core/node';

// Windows lacks the last two. A run may be untrusted: append only to a regular file, not through a link or a pipe.
const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
const APPEND = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;

export class AppendFile {
  readonly #path: string;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  /**
   * Makes the file and its directories if they are missing.
   * @throws T2iError `ERR_WRITE`, like every method
   */
  static async open(path: string): Promise<AppendFile> {
    return explain(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      return new AppendFile(path, await open(path, APPEND));
    });
  }

  async append(content: string | Uint8Array): Promise<void> {
    await explain(this.#path, () => this.#handle.appendFile(content));
  }

  /** @throws T2iError `ERR_WRITE` also if the file was removed meanwhile, because the appended data is lost */
  async sync(): Promise<void> {
    await explain(this.#path, async () => {
      await this.#handle.sync();
      if ((await this.#handle.stat()).nlink === 0) throw new Error('it was removed during writing');
    });
  }

  async close(): Promise<void> {
    await explain(this.#path, () => this.#handle.close());
  }
}

async function explain<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw writeError(path, cause);
  }
}
