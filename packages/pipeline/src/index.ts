export { openData } from './open-data.ts';
export type { DrawRequest } from './pipeline.ts';
export { TextToImagePipeline } from './pipeline.ts';
export type { RunConfig, RunConfigInput } from './run-config.ts';
export { parseRunConfig } from './run-config.ts';
export type { TrainRunOptions } from './train-run.ts';
export { resumeRun, trainRun } from './train-run.ts';
