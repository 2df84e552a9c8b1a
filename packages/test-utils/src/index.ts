export { expectAllClose, relativeError } from './expect-close.ts';
export { MockEncoder } from './mock-encoder.ts';
export { MockModel } from './mock-model.ts';
export { withTemporaryFolder } from './temporary-folder.ts';
