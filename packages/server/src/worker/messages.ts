/** What a painter's thread and the thread that owns it say to each other. */

import { type CaptionReading, errorMessage, type RgbImage, T2iError } from '@t2i/core';
import type { Cell, PainterFacts, Refusal } from '../painter.ts';

export interface PaintRequest {
  readonly id: number;
  readonly cells: readonly Cell[];
}

/** Asks how captions are read. */
export interface ReadRequest {
  readonly id: number;
  readonly captions: readonly string[];
}

export type ToWorker = PaintRequest | ReadRequest | 'dispose';

export type FromWorker =
  | { readonly kind: 'warning'; readonly message: string }
  | { readonly kind: 'ready'; readonly facts: PainterFacts }
  | { readonly kind: 'failed'; readonly error: PlainError }
  | { readonly kind: 'painted'; readonly id: number; readonly results: readonly (RgbImage | Refusal)[] }
  | { readonly kind: 'read'; readonly id: number; readonly readings: readonly CaptionReading[] }
  | { readonly kind: 'refused'; readonly id: number; readonly error: PlainError };

/** An error as plain data: what a person should do about it would not survive the way between threads. */
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
