/** Metrics of the server for Prometheus. Labels are route templates and model names, never text from clients. */

import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { BatcherOptions } from './batcher.ts';
import type { ServedModel } from './served-model.ts';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export interface AnsweredRequest {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** Each server has its own registry, so that two servers in one process share nothing. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #seconds: Histogram<'route'>;
  readonly #images: Counter<'model'>;
  readonly #passes: Histogram<'model'>;
  readonly #rows: Histogram<'model'>;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#requests = new Counter({
      name: 't2i_requests_total',
      help: 'Requests answered',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 't2i_request_seconds',
      help: 'Time from the head of a request to its response',
      labelNames: ['route'],
      buckets: SECONDS,
      registers,
    });
    this.#images = new Counter({
      name: 't2i_images_total',
      help: 'Images generated',
      labelNames: ['model'],
      registers,
    });
    this.#passes = new Histogram({
      name: 't2i_pass_seconds',
      help: 'Duration of a generator pass',
      labelNames: ['model'],
      buckets: SECONDS,
      registers,
    });
    this.#rows = new Histogram({
      name: 't2i_pass_rows',
      help: 'Images per generator pass',
      labelNames: ['model'],
      buckets: [1, 2, 4, 8, 16, 32, 64],
      registers,
    });
  }

  /** Counts the passes of a model: the `onPass` of a `ServedModel`. */
  passesOf(model: string): NonNullable<BatcherOptions['onPass']> {
    return ({ rows, milliseconds }) => {
      this.#images.inc({ model }, rows);
      this.#passes.observe({ model }, milliseconds / 1000);
      this.#rows.observe({ model }, rows);
    };
  }

  answered({ method, route, status, seconds }: AnsweredRequest): void {
    this.#requests.inc({ method, route, status });
    this.#seconds.observe({ route }, seconds);
  }

  /** Reports the queue length of each model whenever the metrics are read. */
  watchQueues(models: readonly ServedModel[]): void {
    new Gauge({
      name: 't2i_queue_images',
      help: 'Images that wait for a generator pass',
      labelNames: ['model'],
      registers: [this.#registry],
      collect() {
        for (const { name, queued } of models) this.set({ model: name }, queued);
      },
    });
  }

  async render(): Promise<{ text: string; type: string }> {
    return { text: await this.#registry.metrics(), type: this.#registry.contentType };
  }
}
