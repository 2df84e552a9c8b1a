export type { ChosenEncoder } from './choose-encoder.ts';
export { chooseEncoder } from './choose-encoder.ts';
export type { ConfigChanges, RunKind, RunOptions } from './define-run.ts';
export type { EmbedDatasetOptions, EmbeddedDataset } from './embed-dataset.ts';
export { embedDataset } from './embed-dataset.ts';
export type { Benchmark } from './encoder-training/benchmark.ts';
export { withBenchmark } from './encoder-training/benchmark.ts';
export type { EncoderConfig, EncoderConfigInput } from './encoder-training/encoder-config.ts';
export { encoderConfigSchema, parseEncoderConfig } from './encoder-training/encoder-config.ts';
export type { EncoderChanges, EncoderRun } from './encoder-training/encoder-run.ts';
export {
  openEncoderRun,
  openTrainedEncoder,
  readEncoderConfig,
  resumeEncoder,
  trainEncoder,
} from './encoder-training/encoder-run.ts';
export { evaluateOnBenchmark } from './encoder-training/evaluate-on-benchmark.ts';
export type { NearestPhotos, NearestPhotosOptions } from './encoder-training/nearest-photos.ts';
export { nearestPhotos } from './encoder-training/nearest-photos.ts';
export { shippedEncoder } from './encoder-training/shipped-encoder.ts';
export type { EvaluateOptions, Evaluation, Extractor, RetrievalEncoder } from './evaluation/evaluate-model.ts';
export { evaluateModel } from './evaluation/evaluate-model.ts';
export type { EvaluateRunOptions, RunEvaluation } from './evaluation/evaluate-run.ts';
export { evaluateRun } from './evaluation/evaluate-run.ts';
export type { EvaluationExample, EvaluationImages } from './evaluation/evaluation-images.ts';
export type {
  EvaluatedSet,
  EvaluationReport,
  EvaluationRow,
  LeftOut,
  Metric,
  MetricKind,
} from './evaluation/evaluation-report.ts';
export { EVALUATED_SETS, leftOutLines, METRICS, metricValue } from './evaluation/evaluation-report.ts';
export type { EvaluationProgress } from './evaluation/measured-sets.ts';
export type { ExportedRun, ExportPlace, ExportRunOptions } from './export-run.ts';
export { exportModel, exportRun } from './export-run.ts';
export {
  fullPresetSettings,
  MODEL_PRESETS,
  MODEL_SCHEMAS,
  presetSettings,
} from './model-settings.ts';
export { openData } from './open-data.ts';
export type { OpenedDirectory } from './open-directory.ts';
export { openDirectory } from './open-directory.ts';
export type { Opened, OpenedRun } from './pipeline.ts';
export { TextToImagePipeline } from './pipeline.ts';
export type { RunConfig, RunConfigInput } from './run-config.ts';
export { parseRunConfig, runConfigSchema } from './run-config.ts';
export { encoderDirectory, readRecord } from './run-record.ts';
export type { BackgroundReport, EvaluateStyleOptions, StyleReport } from './style/evaluate-style.ts';
export { evaluateStyle } from './style/evaluate-style.ts';
export type { Reconstruction } from './style/reconstruction.ts';
export type { RestyleRequest } from './style/restyle.ts';
export { readPhoto, restyle, styleSheet } from './style/restyle.ts';
export type { StyleConfig, StyleConfigInput } from './style/style-config.ts';
export { parseStyleConfig, styleConfigSchema } from './style/style-config.ts';
export type { OpenedStyle } from './style/style-run.ts';
export {
  openStyleEncoder,
  ownStyleDirectory,
  readStyleConfig,
  resumeStyle,
  styleDirectory,
  trainStyle,
} from './style/style-run.ts';
export type { ResumeRunOptions } from './train-run.ts';
export { resumeRun, trainRun } from './train-run.ts';
