import { environment } from '@t2i/backend-utils';
import { fakeEnvironment } from '@t2i/test-utils/fakes/environment';
import { expect, it } from 'vitest';
import { findGraphicsCards } from './graphics-cards.ts';

it.each([
  { files: ['null', 'tty0', 'card0', 'nvidiactl'], any: false, nvidia: false },
  { files: ['null', 'renderD128'], any: true, nvidia: false },
  { files: ['nvidia0', 'nvidiactl'], any: true, nvidia: true },
  { files: ['dxg'], any: true, nvidia: true },
  { files: ['mali0'], any: true, nvidia: false },
  { files: undefined, any: true, nvidia: true },
])('tells from $files whether there is a card', async ({ files, ...cards }) => {
  expect(await findGraphicsCards(fakeEnvironment({}, { deviceFiles: async () => files }))).toEqual(cards);
});

it.runIf(process.platform === 'linux')('reads the device files of Linux', async () => {
  expect(await environment.deviceFiles()).toContain('null');
});
