/**
 * Which `Host` headers the server accepts. Another site can point its own name to this machine (DNS rebinding). The browser then treats
 * the responses as that site's, and only the `Host` header shows it. Numeric addresses cannot be redirected in this way.
 */

import { isIP } from 'node:net';
import { hostname as machineName } from 'node:os';
import type { MiddlewareHandler } from 'hono';
import { Problem } from './problem.ts';
import type { AppEnv } from './route.ts';

/**
 * @param host value of a `Host` header
 * @param listeningOn the address or name that the server listens on
 * @param allowed other names; a leading dot stands for all subdomains, `*` for any name
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

/** The name without the port, a trailing dot and the brackets of an IPv6 address. */
function nameIn(host: string): string | undefined {
  const [, name, address] = /^(?:([^\s:[\]/@?#\\]+)|\[([\da-f:.]+)\])(?::\d{0,5})?$/i.exec(host) ?? [];
  return (name?.replace(/\.$/, '') ?? address)?.toLowerCase();
}

const bracketed = (address: string) => (isIP(address) === 6 ? `[${address}]` : address);

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Rejects requests from a socket whose `Host` is not a name of this server. */
export function checkHost(allowed: readonly string[]): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    const { incoming, listeningOn } = context.env ?? {};
    if (incoming === undefined || listeningOn === undefined) return next();
    const host = context.req.header('Host');
    if (host === undefined) {
      if (incoming.httpVersionMinor === 0) return next(); // HTTP/1.0, which browsers do not use
      throw new Problem('bad-request', 'The Host header is missing.');
    }
    if (isHostAllowed(host, listeningOn, allowed)) return next();
    throw new Problem(
      'host-not-allowed',
      'Host not allowed. The owner of this server can add it to the allowed hosts.',
    );
  };
}
