/** Messages between an inference worker's thread and its owner. */

import { type CaptionReading, errorMessage, type ImageRequest, type RgbImage, T2iError } from '@t2i/core';
import type { RejectedCaption } from '../caption-embeddings.ts';
import type { InferenceWorkerInfo } from '../inference-worker.ts';

export interface GenerateMessage {
  readonly id: number;
  readonly requests: readonly ImageRequest[];
}

/** Asks how the encoder reads captions. */
export interface ReadMessage {
  readonly id: number;
  readonly captions: readonly string[];
}

export type ToWorker = GenerateMessage | ReadMessage | 'dispose';

export type FromWorker =
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'ready'; readonly info: InferenceWorkerInfo }
  | { readonly kind: 'failed'; readonly error: PlainError }
  | { readonly kind: 'generated'; readonly id: number; readonly results: readonly (RgbImage | RejectedCaption)[] }
  | { readonly kind: 'read'; readonly id: number; readonly readings: readonly CaptionReading[] }
  | { readonly kind: 'error'; readonly id: number; readonly error: PlainError };

/** An error as plain data. Code and hint would be lost between threads. */
export interface PlainError {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code?: string;
  readonly hint?: string | undefined;
}

export function toPlain(error: unknown): PlainError {
  const plain = { message: errorMessage(error), stack: error instanceof Error ? error.stack : undefined };
  return T2iError.isInstance(error) ? { ...plain, code: error.code, hint: error.hint } : plain;
}

export function fromPlain({ message, stack, code, hint }: PlainError): Error {
  const error = code === undefined ? new Error(message) : new T2iError(code, message, { hint });
  if (stack !== undefined) error.stack = stack;
  return error;
}
