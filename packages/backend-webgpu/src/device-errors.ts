/** An error on the graphics card leaves old numbers where a result should be, without a word: reading any is an error from then on. */

import { BackendError } from '@t2i/core';

export interface DeviceErrors {
  readonly device: {
    addEventListener(type: 'uncapturederror', listener: (event: UncapturedError) => void): void;
    readonly lost: Promise<{ readonly reason?: string; readonly message: string }>;
  };
  read(dataId: object): Promise<unknown>;
}

interface UncapturedError {
  readonly error: { readonly message: string };
  preventDefault(): void;
}

export function refuseAfterErrors(backend: DeviceErrors): void {
  let problem: string | undefined;
  const { device } = backend;
  device.addEventListener('uncapturederror', (event) => {
    event.preventDefault(); // or it is printed, with all that follows from it
    problem ??= event.error.message;
  });
  device.lost.then(({ reason, message }) => {
    if (reason !== 'destroyed') problem ??= message;
  });
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    const values = await read(dataId);
    if (problem === undefined) return values;
    throw new BackendError(`The graphics card failed: ${problem}`, {
      hint: 'What it holds can no longer be trusted: start again, with smaller batches if memory is short, or on another backend.',
    });
  };
}
