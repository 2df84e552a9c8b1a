/**
 * Uploads numbers to the card through its queue. For each uploaded tensor the backend creates, maps, copies and destroys a buffer, and ends
 * the pass that it is recording; a training step uploads some twenty single numbers.
 */

interface TensorData {
  readonly dtype: string;
  values: ArrayLike<number> | null;
  resource: object | null;
}

/** The part of tfjs's backend used here. */
export interface Uploader {
  uploadToGPU(dataId: object): void;
  readonly tensorMap: { get(dataId: object): TensorData };
  readonly queue: { writeBuffer(buffer: object, offset: number, values: ArrayBufferView): void };
}

export function uploadThroughQueue(backend: Uploader): void {
  const upload = backend.uploadToGPU.bind(backend);
  backend.uploadToGPU = (dataId) => {
    const data = backend.tensorMap.get(dataId);
    const { values, dtype } = data;
    if (data.resource != null || !values || !['float32', 'int32', 'bool'].includes(dtype)) return upload(dataId);
    const numbers = dtype === 'float32' ? float32(values) : int32(values);
    data.values = null; // the backend then takes a buffer as for a result
    // Recorded programs that are not yet submitted use no free buffers: buffers are freed when their programs are submitted.
    upload(dataId);
    backend.queue.writeBuffer(data.resource as unknown as object, 0, numbers);
  };
}

const float32 = (values: ArrayLike<number>) => (values instanceof Float32Array ? values : Float32Array.from(values));
const int32 = (values: ArrayLike<number>) => (values instanceof Int32Array ? values : Int32Array.from(values));
