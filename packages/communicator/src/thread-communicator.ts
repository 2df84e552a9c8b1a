/** One rank of several that are threads of a process. */

import type { MessagePort } from 'node:worker_threads';
import { assert, type Communicator } from '@t2i/core';
import type { Arrival, Departure, FromRank, RankSetup } from './messages.ts';
import { SharedMemory } from './shared-memory.ts';

const bytesOf = (view: ArrayBufferView) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

/**
 * Values travel through memory that all threads share. A thread waits for the others by a message of the launcher, which leaves its event loop
 * free, keeps the thread alive, and lets the launcher tell who is missing.
 */
export class ThreadCommunicator implements Communicator {
  readonly rank: number;
  readonly size: number;
  readonly #port: MessagePort;
  #memory: SharedMemory;
  /** Ends with the call that was made last. */
  #last: Promise<void> = Promise.resolve();

  /** @param port leads to the launcher */
  constructor({ rank, size }: RankSetup, port: MessagePort) {
    this.rank = rank;
    this.size = size;
    this.#port = port;
    this.#memory = new SharedMemory(SharedMemory.allocate(0, size), size);
  }

  allReduceMean(buffers: readonly Float32Array[]): Promise<void> {
    const count = buffers.reduce((sum, { length }) => sum + length, 0);
    const bytes = count * Float32Array.BYTES_PER_ELEMENT;
    const call = `allReduceMean of ${buffers.map(({ length }) => length).join(' + ')} values`;
    return this.#inTurn(async () => {
      await this.#reserve({ call, bytes });
      const inbox = this.#memory.inbox(this.rank, bytes);
      let place = 0;
      for (const buffer of buffers) {
        inbox.set(bytesOf(buffer), place);
        place += buffer.byteLength;
      }
      await this.#meet({ call, bytes });
      this.#memory.reduceShare(this.rank, count);
      await this.#meet({ call, bytes });
      // The next call writes results only after all ranks have arrived there, and so after all have read these.
      const means = this.#memory.means(count);
      let first = 0;
      for (const buffer of buffers) {
        buffer.set(means.subarray(first, first + buffer.length));
        first += buffer.length;
      }
    });
  }

  broadcast(buffer: ArrayBufferView, root: number): Promise<void> {
    assert(Number.isInteger(root) && root >= 0 && root < this.size, `there is no rank ${root} of ${this.size}`);
    const bytes = buffer.byteLength;
    const call = `broadcast of ${bytes} bytes from rank ${root}`;
    return this.#inTurn(async () => {
      await this.#reserve({ call, bytes });
      if (this.rank === root) this.#memory.inbox(root, bytes).set(bytesOf(buffer));
      await this.#meet({ call, bytes });
      if (this.rank !== root) bytesOf(buffer).set(this.#memory.inbox(root, bytes));
      await this.#meet({ call, bytes }); // only then may the root write into its inbox again
    });
  }

  barrier(): Promise<void> {
    return this.#inTurn(() => this.#meet({ call: 'barrier', bytes: 0 }));
  }

  /** Calls of a rank are made one after the other, whether or not the caller waits. */
  #inTurn(call: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(call);
    return this.#last;
  }

  /** Every rank knows the same capacity and so waits here, or none does. */
  async #reserve(arrival: Arrival): Promise<void> {
    if (arrival.bytes > this.#memory.capacity) await this.#meet(arrival);
  }

  /** Resolves once all ranks have arrived. */
  #meet(arrival: Arrival): Promise<void> {
    return new Promise((resolve) => {
      this.#port.ref(); // a thread that waits is not done
      this.#port.once('message', ({ memory }: Departure) => {
        this.#port.unref();
        if (memory) this.#memory = new SharedMemory(memory, this.size);
        resolve();
      });
      this.#port.postMessage({ kind: 'arrival', arrival } satisfies FromRank);
    });
  }
}
