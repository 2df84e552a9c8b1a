/** Detects graphics adapters that are implemented in software. They are slower than the backends for the CPU. */

/** SwiftShader of Chromium; llvmpipe, lavapipe and softpipe of Mesa; WARP of Windows. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render|\bwarp\b/i;

/** Whether one of these names, as drivers report them, belongs to a software adapter. */
export function isSoftwareAdapter(...names: readonly (string | undefined)[]): boolean {
  return SOFTWARE.test(names.join(' '));
}
