/** Bytes as a response. */

/** Large responses are sent in slices, so that it shows whether the client reads them. */
const SLICE = 2 ** 14;
const LARGE = 4 * SLICE;

export function bytesResponse(bytes: Uint8Array, headers: Readonly<Record<string, string>>): Response {
  if (bytes.length <= LARGE) return new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { ...headers } });
  let at = 0;
  const slices = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        controller.enqueue(bytes.subarray(at, at + SLICE));
        at += SLICE;
        if (at >= bytes.length) controller.close();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(slices, { headers: { ...headers, 'Content-Length': String(bytes.length) } });
}
