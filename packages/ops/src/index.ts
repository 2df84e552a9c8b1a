export type { AdamOptions } from './adam.ts';
export { Adam } from './adam.ts';
export type { BatchNormTrainingOptions, BatchNormTrainingResult } from './batch-norm-training.ts';
export { batchNormTraining } from './batch-norm-training.ts';
export { type ExchangeGradients, exchangeGradients } from './exchange-gradients.ts';
export type {
  AdamAttrs,
  AdamInputs,
  BatchNormTrainingAttrs,
  BatchNormTrainingGradInputs,
  BatchNormTrainingInputs,
  RectifierGradAttrs,
  RectifierGradInputs,
  RectifierName,
  RmsPropAttrs,
  RmsPropInputs,
  WeightedSumAttrs,
  WeightedSumInputs,
} from './kernels.ts';
export {
  ADAM,
  BATCH_NORM_TRAINING,
  BATCH_NORM_TRAINING_GRAD,
  RECTIFIER_GRAD,
  RMS_PROP,
  WEIGHTED_SUM,
} from './kernels.ts';
export { RecordedPass } from './recorded-pass.ts';
export { rectify, slopeBelowZero, threshold } from './rectify.ts';
export type { RmsPropOptions } from './rms-prop.ts';
export { RmsProp } from './rms-prop.ts';
export { readStepReport, type StepReport } from './step-report.ts';
export { withSuspendedTape } from './suspended-tape.ts';
export type { NamedVariables, Optimiser, TrainingState } from './training-state.ts';
export { readTrainingState, writeTrainingState } from './training-state.ts';
export { weightedSum } from './weighted-sum.ts';
