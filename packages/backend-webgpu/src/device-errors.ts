/** After an error on the graphics card, buffers silently keep old values. From then on every read throws. */

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
    event.preventDefault(); // otherwise this error and all later ones are printed
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
      hint: 'Its results can no longer be trusted. Start again, with smaller batches if memory is short, or use another backend.',
    });
  };
}
