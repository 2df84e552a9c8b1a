/** FNV-1a in 64 bits (Fowler, Noll, Vo; RFC 9923): identifies weights by their bytes in Node and browsers. It is not cryptographic. */

const OFFSET_BASIS = [0xcbf29ce4, 0x84222325] as const;
const PRIME = 0x1b3; // the lower word of the prime 2⁴⁰ + 0x1b3

/** The hash of the concatenated parts as 16 hexadecimal digits. */
export function fnv1a(...parts: readonly Uint8Array[]): string {
  let [high, low]: readonly [number, number] = OFFSET_BASIS; // two 32-bit words: big integers take a hundred times as long
  for (const part of parts) {
    for (let i = 0; i < part.length; i++) {
      const mixed = (low ^ part[i]!) >>> 0;
      const product = mixed * PRIME; // below 2⁴¹, so exact
      low = product >>> 0;
      high = (Math.imul(high, PRIME) + (mixed << 8) + Math.floor(product / 2 ** 32)) >>> 0;
    }
  }
  return [high, low].map((word) => word.toString(16).padStart(8, '0')).join('');
}
