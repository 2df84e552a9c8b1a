/** The interface of an image source: a server, or a model in the browser. */

import { type CaptionReading, T2iError, type T2iErrorOptions } from '@t2i/core';

/** A model that can generate images. */
export interface ModelInfo {
  /** Its name, also in URLs. */
  readonly name: string;
  /** Side of its images, in pixels. */
  readonly imageSize: number;
  /** Epochs of training, if known. */
  readonly epoch?: number;
  /** One line for the user. */
  readonly description?: string;
  /** URL of the directory of its files, if the server offers them to browsers. */
  readonly inBrowser?: string;
}

/** An image, and what reproduces it: the caption, the seed and the index of the noise. */
export interface GeneratedImage {
  /** For an `<img>`: an HTTP, `data:` or object URL. The caller revokes object URLs. */
  readonly url: string;
  /** The normalised caption. */
  readonly caption: string;
  readonly seed: number;
  /** Index of its noise among those of the seed, from 0. It does not depend on the number of images. */
  readonly index: number;
  /** What the model did not read of the caption as it was typed; left out where it read everything, or nobody can tell. */
  readonly unread?: CaptionReading;
}

export interface GenerateRequest {
  /** Name of one of {@link ImageSource.models}; default the first. */
  readonly model?: string;
  readonly caption: string;
  /** An integer in [0, 2³²). */
  readonly seed: number;
  /** Number of images, 1 to 64. They have the noise 0 to count − 1 of the seed. */
  readonly count: number;
  /**
   * Generates images near one image: `[i]` near the i-th of the seed, `[i, j]` near the j-th of those, and so on. Image 0
   * is that image itself. Image k has the noise at the path `[...like, k]` of `createNoiseSource` of `@t2i/core`.
   * Absent or empty: the images of the seed.
   */
  readonly like?: readonly number[];
}

export interface InterpolateRequest {
  readonly model?: string;
  readonly from: string;
  readonly to: string;
  /** All images have the first noise of this seed. */
  readonly seed: number;
  /** Number of images, both ends included, 2 to 64. */
  readonly steps: number;
}

/** The samples of a training epoch: one row per caption and one column per noise, the same for every epoch. */
export interface EpochSheet {
  readonly epoch: number;
  /** URL of an image with the whole grid. */
  readonly url: string;
}

/**
 * Generates images from captions. Every method rejects with the signal's reason when it is aborted, and with a
 * {@link SourceError} for errors that the user can understand or fix. Any other error is a bug.
 */
export interface ImageSource {
  readonly kind: 'server' | 'browser';
  /** The compute backend, for the user: "WebGPU". Only the source in the browser has it. */
  readonly backend?: string;
  models(signal?: AbortSignal): Promise<readonly ModelInfo[]>;
  /** Images by index. The same request gives the same images. */
  generate(request: GenerateRequest, signal?: AbortSignal): Promise<readonly GeneratedImage[]>;
  /** Images from one caption to the other. `caption` is that of the nearer end. */
  interpolate(request: InterpolateRequest, signal?: AbortSignal): Promise<readonly GeneratedImage[]>;
  /** The training samples of a model by epoch; empty if there are none. Only a server has them. */
  samples?(model?: string, signal?: AbortSignal): Promise<readonly EpochSheet[]>;
  /** Terminates the worker, if there is one. */
  dispose?(): void;
}

/** Progress of the model download, in bytes. */
export interface LoadProgress {
  readonly loaded: number;
  readonly total: number;
}

/**
 * `openBrowserSource` of `./in-browser/open-browser-source.ts`. The page imports it only when it needs it.
 *
 * The page offers it when `model/model.json` exists relative to the base URL of the page, or when the server offers the
 * files of a model.
 */
export type OpenBrowserSource = (options: {
  /** URL of the model directory with a trailing slash. `model.json` and the weights are relative to it. */
  readonly baseUrl: string;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Aborts the download and terminates the worker. */
  readonly signal?: AbortSignal;
}) => Promise<ImageSource>;

/** The kinds of errors that the page treats differently. */
export type SourceErrorKind =
  /** No response: the page tries again. */
  | 'away'
  /** The server is busy or not ready: the page tries again. */
  | 'busy'
  /** There is no image server at this URL. */
  | 'absent'
  /** The request was rejected: trying again does not help. */
  | 'refused'
  /** The backend or the model files do not work here. */
  | 'broken';

/** An error with a message for the user. */
export class SourceError extends T2iError {
  readonly kind: SourceErrorKind;
  /** Seconds to wait before trying again, if the server said so. */
  readonly retryAfter: number | undefined;

  constructor(
    kind: SourceErrorKind,
    message: string,
    options: T2iErrorOptions & { readonly retryAfter?: number } = {},
  ) {
    super('ERR_IMAGE_SOURCE', message, options);
    this.kind = kind;
    this.retryAfter = options.retryAfter;
  }
}
