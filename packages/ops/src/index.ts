export type { AdamOptions, AdamState } from './adam.ts';
export { Adam } from './adam.ts';
export type { BatchNormTrainingOptions, BatchNormTrainingResult } from './batch-norm-training.ts';
export { batchNormTraining } from './batch-norm-training.ts';
export type {
  AdamAttrs,
  AdamInputs,
  BatchNormTrainingAttrs,
  BatchNormTrainingGradInputs,
  BatchNormTrainingInputs,
  RectifierGradAttrs,
  RectifierGradInputs,
  RectifierName,
} from './kernels.ts';
export { ADAM, BATCH_NORM_TRAINING, BATCH_NORM_TRAINING_GRAD, RECTIFIER_GRAD } from './kernels.ts';
export { rectify } from './rectify.ts';
export { withSuspendedTape } from './suspended-tape.ts';
