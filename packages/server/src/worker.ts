export type { RejectedCaption } from './caption-embeddings.ts';
export type { InferenceWorker, InferenceWorkerInfo, InferenceWorkerOptions } from './inference-worker.ts';
export { createInferenceWorker } from './inference-worker.ts';
export { runInferenceWorker } from './worker/run-inference-worker.ts';
