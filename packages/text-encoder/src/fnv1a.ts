/** FNV-1a in 64 bits (Fowler, Noll, Vo; RFC 9923): names weights by their bytes, the same in Node and browsers. Not for secrets. */

const OFFSET_BASIS = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/** The hash of the parts, one after the other, as 16 hexadecimal digits. */
export function fnv1a(...parts: readonly Uint8Array[]): string {
  let hash = OFFSET_BASIS;
  for (const part of parts) {
    for (const byte of part) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  }
  return hash.toString(16).padStart(16, '0');
}
