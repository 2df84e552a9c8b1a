export { modelFiles } from './model-files.ts';
export type { OpenFlowersOptions } from './open-flowers.ts';
export { openFlowers } from './open-flowers.ts';
