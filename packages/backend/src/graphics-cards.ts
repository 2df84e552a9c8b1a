/** Whether this machine has a graphics card, by its device files: far quicker than asking a driver, and without what drivers print. */

import type { Environment } from './environment.ts';

/** What there is, as far as can be told: where nothing says so, there may be a card. */
export interface GraphicsCards {
  readonly any: boolean;
  readonly nvidia: boolean;
}

/** NVIDIA's driver, also in containers, and the card of Windows within WSL. */
const NVIDIA = /^(nvidia\d+|nvgpu|dxg)$/;
/** Any driver of the kernel's Direct Rendering Infrastructure, and those of Arm and Qualcomm that are none. */
const OTHERS = /^(renderD\d+|mali\d+|kgsl-3d0)$/;

export async function findGraphicsCards(environment: Environment): Promise<GraphicsCards> {
  const files = await environment.deviceFiles();
  if (files === undefined) return { any: true, nvidia: true };
  const nvidia = files.some((name) => NVIDIA.test(name));
  return { any: nvidia || files.some((name) => OTHERS.test(name)), nvidia };
}
