/** Finds graphics cards by their device files. This is much faster than loading a driver, and prints nothing. */

import type { Environment } from '@t2i/backend-utils';

/** The graphics cards of this machine. Without device files a card is assumed. */
export interface GraphicsCards {
  readonly any: boolean;
  readonly nvidia: boolean;
}

/** NVIDIA's driver, also in containers, and the card of Windows within WSL. */
const NVIDIA = /^(nvidia\d+|nvgpu|dxg)$/;
/** Any driver of the Direct Rendering Infrastructure, and the other ones of Arm and Qualcomm. */
const OTHERS = /^(renderD\d+|mali\d+|kgsl-3d0)$/;

export async function findGraphicsCards(environment: Environment): Promise<GraphicsCards> {
  const files = await environment.deviceFiles();
  if (files === undefined) return { any: true, nvidia: true };
  const nvidia = files.some((name) => NVIDIA.test(name));
  return { any: nvidia || files.some((name) => OTHERS.test(name)), nvidia };
}
