/**
 * Which names a request may call this server by. A page of another site can have its own name point to this machine (DNS rebinding):
 * then the browser takes the answers for that site's, and only `Host` tells. Addresses in digits cannot be pointed elsewhere.
 */

import { isIP } from 'node:net';
import { hostname as machineName } from 'node:os';
import type { MiddlewareHandler } from 'hono';
import { Problem } from './problem.ts';
import type { AppEnv } from './route.ts';

/**
 * @param host of a `Host` header
 * @param listeningOn the address or name that the server listens on
 * @param allowed other names; one that begins with a dot stands for all below it, `*` for any
 */
export function isHostAllowed(host: string, listeningOn: string, allowed: readonly string[] = []): boolean {
  const name = nameIn(host);
  if (name === undefined) return false;
  if (name === 'localhost' || name.endsWith('.localhost') || name === nameIn(bracketed(listeningOn))) return true;
  const isMatch = (pattern: string) =>
    pattern === '*' || (pattern.startsWith('.') ? `.${name}`.endsWith(pattern) : pattern === name);
  if (allowed.some((pattern) => isMatch(pattern.toLowerCase()))) return true;
  if (isLoopback(listeningOn)) return isLoopback(name);
  return isIP(name) !== 0 || name === machineName().toLowerCase();
}

/** Without the port, a dot at the end and the brackets of an IPv6 address. */
function nameIn(host: string): string | undefined {
  const [, name, address] = /^(?:([^\s:[\]/@?#\\]+)|\[([\da-f:.]+)\])(?::\d{0,5})?$/i.exec(host) ?? [];
  return (name?.replace(/\.$/, '') ?? address)?.toLowerCase();
}

const bracketed = (address: string) => (isIP(address) === 6 ? `[${address}]` : address);

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Refuses requests that came through a socket and call this server by a name that is not its own. */
export function checkHost(allowed: readonly string[]): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const { incoming, listeningOn } = context.env ?? {};
    if (incoming === undefined || listeningOn === undefined) return next();
    const host = context.req.header('Host');
    if (host === undefined) {
      if (incoming.httpVersionMinor === 0) return next(); // HTTP/1.0, which no browser speaks
      throw new Problem('bad-request', 'The header Host is missing.');
    }
    if (isHostAllowed(host, listeningOn, allowed)) return next();
    throw new Problem(
      'host-not-allowed',
      'This server does not go by that name: its owner may add it to the allowed hosts.',
    );
  };
}
