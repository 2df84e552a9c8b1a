export { normaliseCaption } from './caption.ts';
export { choleskyFactor, choleskySolve, dot } from './cholesky.ts';
export { assertSameOnAllRanks, type Communicator, type Ranks, shareOf, singleProcess } from './communicator.ts';
export type { BatchSource, SplitName, TextImageDataset } from './dataset.ts';
export { itemsByClass } from './dataset.ts';
export type { T2iErrorOptions } from './errors.ts';
export {
  BackendError,
  CheckpointError,
  ConfigError,
  DatasetError,
  DivergenceError,
  EmbeddingDimensionError,
  errorMessage,
  T2iError,
} from './errors.ts';
export type { TensorKind } from './expect-tensors.ts';
export { expectTensors } from './expect-tensors.ts';
export { float32Values, fromFloat16, roundedToFloat16, toFloat16, withRoundedMatrices } from './float16.ts';
export { fnv1a } from './fnv1a.ts';
export type { ModelAndEncoder } from './generation/generate-from-captions.ts';
export { encodeRequests, generateFromCaptions } from './generation/generate-from-captions.ts';
export type { GenerateOptions } from './generation/generate-images.ts';
export {
  assertCall,
  assertEmbeddingDim,
  captionNoiseGrid,
  generateBatches,
  generateImages,
} from './generation/generate-images.ts';
export type { CaptionRequest, ImageRequest, InterpolationRequest } from './generation/image-request.ts';
export { captionRequests, captionsIn, inputFor, interpolationRequests } from './generation/image-request.ts';
export { interpolateNoise } from './generation/interpolate-noise.ts';
export type { NoiseSource } from './generation/seeded-noise.ts';
export { createNoiseSource, seededNoise } from './generation/seeded-noise.ts';
export type { GridOptions, RgbImage } from './image.ts';
export { enlarge, fromByte, imageGrid, toByte, toImageBatch, toRgbImages } from './image.ts';
export type { ImageEncoder, ImageFeatures } from './image-encoder.ts';
export type { JsonValue } from './json.ts';
export type {
  CaptionEncoder,
  CaptionReading,
  EmbeddingBatch,
  EncodeOptions,
  GenerateInput,
  ImageBatch,
  Mismatch,
  StepScalars,
  TextToImageModel,
  Trainable,
  TrainableModel,
  TrainBatch,
  TrainStepOptions,
} from './model.ts';
export { printable } from './printable.ts';
export { readFileUrl } from './read-file-url.ts';
export type { RngState } from './rng.ts';
export { Rng } from './rng.ts';
export { assert, assertShape, sizeOf } from './shape.ts';
export type { Dtype, NamedTensor, StateDict, TensorData } from './state-dict.ts';
export { float32Tensor } from './state-dict.ts';
export type { Logger, Tracker } from './tracker.ts';
export { silentLogger } from './tracker.ts';
