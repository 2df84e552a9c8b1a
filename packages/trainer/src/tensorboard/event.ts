/**
 * TensorBoard events as bytes, each framed as a TFRecord. Field numbers are those of tensorflow/core/util/event.proto and
 * tensorflow/core/framework/summary.proto; the framing is that of tensorflow/core/lib/io/record_writer.h.
 */

import { maskedCrc32c } from './crc32c.ts';
import { bytesField, concatenate, doubleField, floatField, stringField, varintField } from './protobuf.ts';

const FIELD = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 } as const;
const SESSION_START = 1;
const RGB = 3;

/** First event of every file. */
export function fileVersionEvent(seconds: number): Uint8Array {
  return event(seconds, 0, stringField(FIELD.fileVersion, 'brain.Event:2'));
}

/** Says that a session begins at `step`: TensorBoard drops what earlier files hold from that step on. */
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

/** An image as TensorBoard takes it; sizes in pixels. */
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
  return record(concatenate([doubleField(FIELD.wallTime, seconds), varintField(FIELD.step, step), content]));
}

/** Length, its checksum, the data, its checksum; all little-endian. */
function record(data: Uint8Array): Uint8Array {
  const head = new Uint8Array(12);
  const view = new DataView(head.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(head.subarray(0, 8)), true);
  const tail = new Uint8Array(4);
  new DataView(tail.buffer).setUint32(0, maskedCrc32c(data), true);
  return concatenate([head, data, tail]);
}
