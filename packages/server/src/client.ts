/** Identifies a client by its address. */

import { isIP } from 'node:net';

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/**
 * The key that limits are counted by: an IPv4 address, or the /64 of an IPv6 address, since one client owns a whole /64.
 * @returns undefined when the text is not an address
 */
export function clientOf(address: string): string | undefined {
  const plain = address.replace(/%.*$/s, ''); // the zone of a link-local address
  const version = isIP(plain);
  if (version === 4) return plain;
  if (version === 0) return undefined;
  const dotted = MAPPED.exec(plain)?.[1];
  if (dotted !== undefined) return dotted;
  const groups = groupsOf(plain);
  const [high, low] = [Number.parseInt(groups[6]!, 16), Number.parseInt(groups[7]!, 16)];
  if (groups.slice(0, 5).every((group) => group === '0') && groups[5] === 'ffff') {
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** The eight groups, without leading zeros. */
function groupsOf(address: string): string[] {
  const shortest = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head, tail] = shortest.split('::').map((part) => (part === '' ? [] : part.split(':')));
  if (tail === undefined) return head!;
  return [...head!, ...Array.from({ length: 8 - head!.length - tail.length }, () => '0'), ...tail];
}

/** The address in the last entry of `X-Forwarded-For`, which the nearest proxy wrote: with or without a port or quotes. */
export function forwardedAddress(header: string): string | undefined {
  const entry = header
    .split(',')
    .at(-1)!
    .trim()
    .replace(/^"(.*)"$/, '$1');
  const [, address, bracketed] = /^(?:(\d+\.\d+\.\d+\.\d+)|\[([^\]]+)\])(?::\d{1,5})?$/.exec(entry) ?? [];
  const found = address ?? bracketed ?? entry;
  return isIP(found.replace(/%.*$/s, '')) === 0 ? undefined : found;
}
