/** Where images come from: all that the page knows about a server, or about the model inside the browser. */

import { T2iError, type T2iErrorOptions } from '@t2i/core';

/** What is told about a model that can be drawn with. */
export interface ModelFacts {
  /** What it is called, also in addresses. */
  readonly name: string;
  /** Side of its images, in pixels. */
  readonly imageSize: number;
  /** Epochs of training behind its weights, where that is known. */
  readonly epoch?: number;
  /** One line for people. */
  readonly description?: string;
  /** Address of the directory of its files, where a server lets browsers draw with it themselves. */
  readonly inBrowser?: string;
}

/** One image and what makes it again: the caption, the seed, and which noise of the seed it has. */
export interface DrawnImage {
  /** For an `<img>`: an address of a server, a `data:` or an object URL. Whoever shows it revokes object URLs. */
  readonly url: string;
  /** As the encoder saw it: trimmed, lower-cased. */
  readonly caption: string;
  readonly seed: number;
  /** Which of the seed's noises it has, from 0: the same for the same seed however many images were asked for. */
  readonly index: number;
}

export interface GenerateRequest {
  /** Name of one of {@link ImageSource.models}; default the first. */
  readonly model?: string;
  readonly caption: string;
  /** Whole number in [0, 2³²). */
  readonly seed: number;
  /** Images, of the noises 0 … count − 1 of the seed; in [1, 64]. */
  readonly count: number;
  /**
   * Draws near one image: `[i]` near the i-th of the seed, `[i, j]` near the j-th of those, and so on; image 0 is the
   * one they are near to. `createNoiseSource` of `@t2i/core` gives the noise: image k has that of the path `[...like, k]`.
   * Left out or empty: the images of the seed.
   */
  readonly like?: readonly number[];
}

export interface InterpolateRequest {
  readonly model?: string;
  readonly from: string;
  readonly to: string;
  /** All images have the first noise of this seed. */
  readonly seed: number;
  /** Images, both ends among them; in [2, 64]. */
  readonly steps: number;
}

/** The samples that a training drew after an epoch: always of the same captions, a row each, and the same noises. */
export interface EpochSheet {
  readonly epoch: number;
  /** Address of one image that holds the whole grid. */
  readonly url: string;
}

/**
 * Draws captions. Every method rejects with the signal's reason when it is aborted, with a {@link SourceError} for what
 * a person can understand or mend, and with anything else for what is a bug.
 */
export interface ImageSource {
  readonly kind: 'server' | 'browser';
  /** What computes, for people: "WebGPU"; only the browser's source says so. */
  readonly backend?: string;
  models(signal?: AbortSignal): Promise<readonly ModelFacts[]>;
  /** The images by index. The same request gives the same images. */
  generate(request: GenerateRequest, signal?: AbortSignal): Promise<readonly DrawnImage[]>;
  /** The images from the one caption to the other; `caption` is that of the nearer end. */
  interpolate(request: InterpolateRequest, signal?: AbortSignal): Promise<readonly DrawnImage[]>;
  /** The sheets of a model's training by epoch, none where it has none. Only a server knows them. */
  samples?(model?: string, signal?: AbortSignal): Promise<readonly EpochSheet[]>;
  /** Ends the worker and frees its memory, where there is one. */
  dispose?(): void;
}

/** How far the weights of the browser's source have come, in bytes. */
export interface LoadProgress {
  readonly loaded: number;
  readonly total: number;
}

/**
 * `openBrowserSource` of `./in-browser/open-browser-source.ts`: the page imports it only when it is needed.
 *
 * The page offers it when `model/model.json` lies beside the page, that is relative to its base address. A server that
 * wants to let browsers draw answers at that same address, so the page needs no other rule.
 */
export type OpenBrowserSource = (options: {
  /** Address of the directory `model/`, with its closing slash: `model.json` and the weights are relative to it. */
  readonly baseUrl: string;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Aborting it ends the download and the worker. */
  readonly signal?: AbortSignal;
}) => Promise<ImageSource>;

/** What went wrong, in the kinds that the page treats differently. */
export type SourceErrorKind =
  /** Nobody answers: worth trying again by itself. */
  | 'away'
  /** It answers, but is busy or not ready. */
  | 'busy'
  /** Something else answers at its address. */
  | 'absent'
  /** The request was refused: trying again changes nothing. */
  | 'refused'
  /** The browser's backend or the model's files do not work here. */
  | 'broken';

/** A failure with a message for people. */
export class SourceError extends T2iError {
  readonly kind: SourceErrorKind;
  /** Seconds after which it may go again, where a server said so. */
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
