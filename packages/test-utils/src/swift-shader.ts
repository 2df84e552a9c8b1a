/**
 * WebGPU for tests on machines without a graphics card: SwiftShader, the Vulkan driver in software that Chromium brings along.
 * Mesa's lavapipe of Debian 12 is of no use: Dawn misses features in it.
 */

import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';

/** Where Chromium and Chrome lie on Linux. */
const DIRECTORIES = [
  '/usr/lib/chromium',
  '/usr/lib/chromium-browser',
  '/usr/lib64/chromium-browser',
  '/opt/google/chrome',
];
const DRIVER = 'vk_swiftshader_icd.json';
/** Vulkan's loader. A copy of it lies beside the driver, for systems without one. */
const LOADER = 'libvulkan.so.1';
/** `RTLD_NODELETE` of Linux: the library stays although Node finds no addon in it and closes it again. */
const NO_DELETE = 0x1000;

const directory = DIRECTORIES.find((directory) => [DRIVER, LOADER].every((file) => existsSync(join(directory, file))));

/** Tests on SwiftShader are skipped by name where there is none; continuous integration must have it. */
export const skipWithoutSwiftShader = directory === undefined && process.env.CI !== 'true';

/** From here on this process has no other graphics card than SwiftShader. Call it before Vulkan is loaded, in the main thread. */
export function useSwiftShader(): void {
  if (directory === undefined) {
    throw new Error("These tests need SwiftShader, which comes with Debian's Chromium: apt-get install -y chromium");
  }
  process.env.VK_DRIVER_FILES = process.env.VK_ICD_FILENAMES = join(directory, DRIVER);
  try {
    // `dlopen` looks in LD_LIBRARY_PATH as it was when the process began, but takes what is loaded already
    process.dlopen({ exports: {} }, join(directory, LOADER), constants.dlopen.RTLD_NOW | NO_DELETE);
  } catch {
    // it is no addon of Node
  }
}
