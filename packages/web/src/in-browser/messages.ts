/** What page and worker say to each other. The page orders under a number; answers carry it. */

import type { BrowserBackend } from '@t2i/backend';
import type { GenerateRequest, InterpolateRequest, LoadProgress, ModelFacts } from '../image-source.ts';

/** What the worker does. The first order opens the model. */
export type Order =
  | { readonly kind: 'open'; readonly baseUrl: string; readonly backend: BrowserBackend | undefined }
  | ImageOrder;

export type ImageOrder =
  | ({ readonly kind: 'generate' } & Omit<GenerateRequest, 'model'>)
  | ({ readonly kind: 'interpolate' } & Omit<InterpolateRequest, 'model'>);

/** To the worker. */
export type Message = { readonly id: number; readonly order: Order } | { readonly id: number; readonly abort: true };

/** What an order to open comes to. */
export interface OpenedModel {
  /** For people. */
  readonly backend: string;
  readonly facts: ModelFacts;
}

/** A failure, as data: classes do not cross threads. */
export interface Failure {
  /** Of a `T2iError`; undefined for what the backend or our own code threw. */
  readonly code: string | undefined;
  readonly message: string;
  readonly hint: string | undefined;
}

/** To the page. Images are PNG files. */
export type Answer =
  | { readonly id: number; readonly progress: LoadProgress }
  | { readonly id: number; readonly opened: OpenedModel }
  | { readonly id: number; readonly images: readonly Blob[] }
  | { readonly id: number; readonly failure: Failure };
