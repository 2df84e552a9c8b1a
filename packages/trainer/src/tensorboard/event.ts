/**
 * TensorBoard events as bytes, each framed as a TFRecord. Field numbers are those of tensorflow/core/util/event.proto and
 * tensorflow/core/framework/summary.proto.
 */

import { bytesField, concatenate, doubleField, floatField, stringField, tfRecord, varintField } from '@t2i/formats';

const FIELD = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const SESSION_START = 1;
const RGB = 3;

/** The first event of every file. */
export function fileVersionEvent(seconds: number): Uint8Array {
  return event(seconds, 0, stringField(FIELD.fileVersion, 'brain.Event:2'));
}

/** Marks that a session begins at `step`. TensorBoard drops events of earlier files from that step on. */
export function sessionStartEvent(seconds: number, step: number): Uint8Array {
  return event(seconds, step, bytesField(FIELD.sessionLog, varintField(1, SESSION_START)));
}

/** Metrics of a step, by tag. */
export function scalarsEvent(seconds: number, step: number, values: Readonly<Record<string, number>>): Uint8Array {
  const summaries = Object.entries(values).map(([tag, value]) =>
    bytesField(1, concatenate([stringField(1, tag), floatField(2, value)])),
  );
  return event(seconds, step, bytesField(FIELD.summary, concatenate(summaries)));
}

/** An image in TensorBoard's form; sizes in pixels. */
export interface EncodedImage {
  readonly width: number;
  readonly height: number;
  readonly png: Uint8Array;
}

/** An image of a step. */
export function imageEvent(seconds: number, step: number, tag: string, image: EncodedImage): Uint8Array {
  const encoded = concatenate([
    varintField(1, image.height),
    varintField(2, image.width),
    varintField(3, RGB),
    bytesField(4, image.png),
  ]);
  const value = concatenate([stringField(1, tag), bytesField(4, encoded)]);
  return event(seconds, step, bytesField(FIELD.summary, bytesField(1, value)));
}

function event(seconds: number, step: number, content: Uint8Array): Uint8Array {
  return tfRecord(concatenate([doubleField(FIELD.wallTime, seconds), varintField(FIELD.step, step), content]));
}
