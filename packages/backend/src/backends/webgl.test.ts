import { silenceBanner } from '@t2i/backend-utils';
import { fakeEnvironment } from '@t2i/test-utils/fakes/environment';
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, it, vi } from 'vitest';
import { startWebgl } from './webgl.ts';

const PACKAGE = '@tensorflow/tfjs-backend-webgl';

afterEach(() => {
  if (tf.findBackendFactory('webgl') != null) tf.removeBackend('webgl');
  vi.unstubAllGlobals();
});

/** A browser in which WebGL 2 has this renderer, or no WebGL 2 (`null`). */
function page(renderer: string | null) {
  class Canvas {
    getContext() {
      const names = { UNMASKED_RENDERER_WEBGL: 1, loseContext() {} };
      return renderer === null ? null : { RENDERER: 2, getExtension: () => names, getParameter: () => renderer };
    }
  }
  vi.stubGlobal('OffscreenCanvas', Canvas);
  const modules = {
    get [PACKAGE]() {
      tf.registerBackend('webgl', () => silenceBanner(new MathBackendCPU()), 0);
      return {};
    },
  };
  return fakeEnvironment(modules, { isNode: false });
}

it('loads the backend and reports the renderer', async () => {
  const facts = await startWebgl({}, page('ANGLE (Apple, Apple M1)'));
  expect(facts).toEqual({ tfjsName: 'webgl', adapter: 'ANGLE (Apple, Apple M1)', software: false });
  expect(tf.getBackend()).toBe('webgl');
});

it('rejects a software renderer unless it is allowed', async () => {
  const environment = page('ANGLE (Google, SwiftShader Device)');
  await expect(startWebgl({}, environment)).rejects.toThrow('only a software renderer (ANGLE (Google, SwiftShader');
  expect(tf.findBackendFactory('webgl')).toBeNull();
  expect(await startWebgl({ software: true }, environment)).toMatchObject({ software: true });
});

it('rejects a browser without WebGL 2, and Node', async () => {
  await expect(startWebgl({}, page(null))).rejects.toThrow('WebGL 2 is not available');
  vi.unstubAllGlobals();
  await expect(startWebgl({}, fakeEnvironment())).rejects.toMatchObject({ hint: expect.stringContaining('browser') });
});

it('reports how to install a missing package', async () => {
  page('Apple M1');
  const start = startWebgl({}, fakeEnvironment({}, { isNode: false }));
  await expect(start).rejects.toMatchObject({ hint: expect.stringContaining(`npm install ${PACKAGE}`) });
});
