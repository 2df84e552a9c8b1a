export { expectAllClose, maxDifference, relativeError } from './expect-close.ts';
export type { MockBatchesOptions } from './mock-batches.ts';
export { MockBatches } from './mock-batches.ts';
export { MockEncoder } from './mock-encoder.ts';
export { MockModel } from './mock-model.ts';
export { skipWithoutSwiftShader, useSwiftShader } from './swift-shader.ts';
export { withTemporaryFolder } from './temporary-folder.ts';
