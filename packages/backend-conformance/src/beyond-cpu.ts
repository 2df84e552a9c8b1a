/** Operations in which `native` differs from the backend cpu, which is silently wrong. A part of docs/backends.md. */

/** [operation, what cpu does, what native does]. packages/backend-native/src/kernels/beyond-cpu.test.ts holds each to PyTorch's numbers. */
export const BEYOND_CPU: readonly (readonly [operation: string, cpu: string, native: string])[] = [
  [
    "`conv2d`, `maxPool`, `avgPool` with `dimRoundingMode` 'ceil' or 'round'",
    'the gradients ignore it, and expect a dy of another size',
    'correct',
  ],
  [
    '`avgPool`, `avgPool3d` with padding, or rounded up',
    'the gradient counts the padding, which the average does not',
    'correct',
  ],
  ['`resizeBilinear`, `resizeNearestNeighbor` with half-pixel centres', 'the gradient ignores the option', 'correct'],
  ['`resizeBilinear` of an image that is not square', 'the gradient exchanges height and width', 'correct'],
  ['`mean` of no elements', '0', 'NaN, as in NumPy, TensorFlow and PyTorch'],
  ['`mul`, `square`, `squaredDifference`, `prod` of int32', 'beyond 2⁵³ the lowest digits are lost', 'modulo 2³²'],
  ['`matMul` of int32', 'beyond 2⁵³ the lowest digits are lost', 'an error where that may happen'],
  [
    '`div`, `floorDiv`, `mod` of int32 by zero, and `floorDiv` of floats',
    '0',
    'an error, as in TensorFlow and PyTorch',
  ],
];

/** Results that tfjs-core composes itself, or requires in its tests. They are the same on every backend. */
export const BY_TFJS_CORE: readonly string[] = [
  '`logSumExp` of −∞ alone, or of +∞, is NaN (correct: −∞, +∞): tfjs-core subtracts the maximum before it asks a backend for the exponentials.',
  '`argMax`, `argMin` and `maxPool` ignore NaN (PyTorch treats it as the largest), and `sign` of NaN is 0: tests of tfjs-core require it.',
  '`pow` of integers by a negative one is cut off to 0 (TensorFlow refuses), `cast` of NaN, ±∞ and numbers beyond 2³¹ to int32 gives some integer, as in C, and `mod` by ±∞ is NaN where the signs differ (NumPy: ±∞).',
];
