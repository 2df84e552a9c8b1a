export type {
  AdamAttrs,
  AdamInputs,
  BatchNormTrainingAttrs,
  BatchNormTrainingGradInputs,
  BatchNormTrainingInputs,
  RectifierName,
} from './kernels.ts';
export { ADAM, BATCH_NORM_TRAINING, BATCH_NORM_TRAINING_GRAD } from './kernels.ts';
