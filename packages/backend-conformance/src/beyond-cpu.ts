/** Where `native` does not do what the backend cpu does, because that is silently wrong: a part of docs/backends.md. */

/** [operation, what cpu does, what native does]. packages/backend-native/src/kernels/beyond-cpu.test.ts holds each to PyTorch's numbers. */
export const BEYOND_CPU: readonly (readonly [operation: string, cpu: string, native: string])[] = [
  [
    "`conv2d`, `maxPool`, `avgPool` with `dimRoundingMode` 'ceil' or 'round'",
    'gradients are computed as if it were absent, from a dy of another size',
    'right',
  ],
  [
    '`avgPool`, `avgPool3d` with padding, or rounded up',
    'the gradient counts the padding, which the average does not',
    'right',
  ],
  [
    '`resizeBilinear`, `resizeNearestNeighbor` with half-pixel centres',
    'the gradient is that of a resizing without',
    'right',
  ],
  ['`resizeBilinear` of an image that is not square', 'the gradient has height and width exchanged', 'right'],
  ['`mean` of no elements', '0', 'NaN, as in NumPy, TensorFlow and PyTorch'],
  ['`mul`, `square`, `squaredDifference`, `prod` of int32', 'beyond 2⁵³ the lowest digits are lost', 'modulo 2³²'],
  ['`matMul` of int32', 'beyond 2⁵³ the lowest digits are lost', 'refused where that may happen'],
  ['`div`, `floorDiv`, `mod` of int32 by zero, and `floorDiv` of floats', '0', 'refused, as in TensorFlow and PyTorch'],
];

/** What tfjs-core composes of correct operations, or promises in its tests: every backend does it. */
export const BY_TFJS_CORE: readonly string[] = [
  '`logSumExp` of nothing but −∞, or of +∞, is NaN (right: −∞, +∞): tfjs-core subtracts the maximum before it asks a backend for the exponentials.',
  '`argMax`, `argMin` and `maxPool` overlook NaN (PyTorch takes it for the largest), and `sign` of NaN is 0: tests of tfjs-core ask for it.',
  '`pow` of integers by a negative one is cut off to 0 (TensorFlow refuses), `cast` of NaN, ±∞ and numbers beyond 2³¹ to int32 gives some integer, as in C, and `mod` by ±∞ is NaN where the signs differ (NumPy: ±∞).',
];
