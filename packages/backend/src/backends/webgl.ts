/** The backend `webgl`: a graphics card by WebGL 2, in browsers. For browsers without WebGPU. */

import { activate, type BackendFacts, type Environment, isSoftwareAdapter, loadOptional } from '@t2i/backend-utils';
import { BackendError } from '@t2i/core';
import { findBackendFactory } from '@tensorflow/tfjs-core';
import { importHere } from '../import-here.ts';

const PACKAGE = '@tensorflow/tfjs-backend-webgl';

export interface WebglOptions {
  /** Whether a software renderer may be used; default false. */
  readonly software?: boolean;
}

export async function startWebgl({ software = false }: WebglOptions, environment: Environment): Promise<BackendFacts> {
  const adapter = rendererName();
  const isSoftware = isSoftwareAdapter(adapter);
  if (isSoftware && !software) {
    throw new BackendError(`WebGL finds no graphics card, only a software renderer (${adapter}).`, {
      hint: 'It is slower than the backend wasm. To use it nevertheless, set the option "software".',
    });
  }
  // A page that has imported the backend itself needs no second copy.
  if (findBackendFactory('webgl') == null) {
    const hint = `Install it (npm install ${PACKAGE}) and import it in your page before you select the backend.`;
    await loadOptional(environment.importModule ?? importHere, PACKAGE, hint);
  }
  await activate('webgl');
  return { tfjsName: 'webgl', adapter, software: isSoftware };
}

/** The renderer's name, as far as the browser reveals it. */
function rendererName(): string {
  const gl = typeof OffscreenCanvas === 'undefined' ? null : new OffscreenCanvas(1, 1).getContext('webgl2');
  if (gl === null) {
    throw new BackendError('WebGL 2 is not available here.', { hint: 'It needs a browser. Choose another backend.' });
  }
  const names = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return renderer;
}
