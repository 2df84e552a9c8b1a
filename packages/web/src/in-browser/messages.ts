/** Messages between page and worker. An order has an id, and its answers carry the same id. */

import type { BrowserBackend } from '@t2i/backend';
import type { CaptionReading } from '@t2i/core';
import type { GenerateRequest, InterpolateRequest, LoadProgress, ModelInfo } from '../image-source.ts';

/** An order to the worker. The first one opens the model. */
export type Order =
  | { readonly kind: 'open'; readonly baseUrl: string; readonly backend: BrowserBackend | undefined }
  | ImageOrder;

export type ImageOrder =
  | ({ readonly kind: 'generate' } & Omit<GenerateRequest, 'model'>)
  | ({ readonly kind: 'interpolate' } & Omit<InterpolateRequest, 'model'>);

/** To the worker. */
export type Message = { readonly id: number; readonly order: Order } | { readonly id: number; readonly abort: true };

/** The result of an order to open a model. */
export interface OpenedModel {
  /** For the user. */
  readonly backend: string;
  readonly facts: ModelInfo;
}

/** The result of an order to generate images. */
export interface GeneratedImages {
  /** PNG files. */
  readonly images: readonly Blob[];
  /** How the encoder read the caption, if it did not read it whole as it was typed. */
  readonly unread?: CaptionReading;
}

/** An error as plain data, since classes do not cross threads. */
export interface Failure {
  /** Code of a `T2iError`; undefined for any other error. */
  readonly code: string | undefined;
  readonly message: string;
  readonly hint: string | undefined;
}

/** To the page. Images are PNG files. */
export type Answer =
  | { readonly id: number; readonly progress: LoadProgress }
  | { readonly id: number; readonly opened: OpenedModel }
  | ({ readonly id: number } & GeneratedImages)
  | { readonly id: number; readonly failure: Failure };
