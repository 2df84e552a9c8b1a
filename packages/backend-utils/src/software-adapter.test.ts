import { expect, it } from 'vitest';
import { isSoftwareAdapter } from './software-adapter.ts';

it.each([
  ['ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)', true],
  ['llvmpipe (LLVM 15.0.6, 256 bits)', true],
  ['Microsoft Basic Render Driver', true],
  ['Microsoft Corporation D3D12 (WARP)', true],
  ['Apple Software Renderer', true],
  ['ANGLE (NVIDIA, NVIDIA GeForce RTX 3060 Direct3D11 vs_5_0 ps_5_0, D3D11)', false],
  ['Apple M1', false],
])('%s: %s', (name, expected) => {
  expect(isSoftwareAdapter(undefined, name)).toBe(expected);
});
