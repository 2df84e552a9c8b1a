/** Builds elements of MATLAB v5 files byte by byte, including ones that no program writes. */

type Bytes = Uint8Array<ArrayBuffer>;

/** An element of a type that claims `length` bytes; default: its actual length. */
export function matElement(type: number, body: Iterable<number>, length?: number): Bytes {
  const bytes = Uint8Array.from(body);
  const tag = new Uint8Array(Uint32Array.of(type, length ?? bytes.length).buffer);
  return Uint8Array.of(...tag, ...bytes, ...new Uint8Array(-bytes.length & 7));
}

/** The four elements of an array of bytes. Each can be replaced. */
export function matArray(name: string, shape: readonly number[], values: Iterable<number>, arrayClass = 9): Bytes[] {
  return [
    matElement(6, new Uint8Array(Uint32Array.of(arrayClass, 0).buffer)),
    matElement(5, new Uint8Array(Int32Array.from(shape).buffer)),
    matElement(1, new TextEncoder().encode(name)),
    matElement(2, values),
  ];
}

export async function compressedElement(content: Bytes): Promise<Bytes> {
  const packing = new Blob([content]).stream().pipeThrough(new CompressionStream('deflate'));
  const packed = new Uint8Array(await new Response(packing).arrayBuffer());
  return Uint8Array.of(...new Uint8Array(Uint32Array.of(15, packed.length).buffer), ...packed);
}
