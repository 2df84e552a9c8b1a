/** Runs the app on a socket, with limits against slow and greedy clients and a graceful stop. */

import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { ConfigError, T2iError } from '@t2i/core';
import type { Hono } from 'hono';
import { Connections } from './connections.ts';
import { answerMalformed } from './malformed.ts';
import { commonHeaders, Problem } from './problem.ts';
import type { AppEnv } from './route.ts';

export interface ListenOptions {
  /** Default 127.0.0.1: only this machine can connect. */
  readonly host?: string;
  /** Default 8888; 0 selects a free port. */
  readonly port?: number;
  /** Milliseconds in which a client must send the head of its request, and the whole request. Defaults 5000 and 10,000. */
  readonly headersTimeout?: number;
  readonly requestTimeout?: number;
  /** Milliseconds without a byte in either direction. Default 120,000; choose more than the deadline. */
  readonly idleTimeout?: number;
  /** Most open connections; further ones are closed. Default 1024. */
  readonly maxConnections?: number;
  /**
   * Most open connections of one client, an IPv4 address or the /64 of an IPv6 address; further ones get 429. Default 512; 0: no
   * limit, for use behind a proxy, whose connections all come from one address.
   */
  readonly maxClientConnections?: number;
  /** Bytes per second that a client must read of a response, over `rateWindow` milliseconds. Defaults 1024 and 20,000; 0: no limit. */
  readonly minRate?: number;
  readonly rateWindow?: number;
}

export interface Listening {
  /** `http://127.0.0.1:8888` */
  readonly url: string;
  /**
   * Answers every request that has arrived, accepts no more, and closes what is left after `grace` ms (default 30,000).
   */
  stop(options?: { readonly grace?: number }): Promise<void>;
}

/**
 * @throws ConfigError when the port is in use
 * @throws T2iError `ERR_LISTEN` when the server cannot listen on the address
 */
export async function listen(app: Hono<AppEnv>, options: ListenOptions = {}): Promise<Listening> {
  const { host = '127.0.0.1', port = 8888, headersTimeout = 5000, requestTimeout = 10_000 } = options;
  const { maxClientConnections: perClient = 512, minRate = 1024, rateWindow = 20_000 } = options;
  let stopping = false;
  const answer = getRequestListener(
    async (request, bindings) => {
      const response = await app.fetch(request, { ...bindings, listeningOn: host });
      if (stopping) response.headers.set('Connection', 'close');
      return response;
    },
    { hostname: 'localhost', errorHandler: rejectRequest }, // HTTP/1.0 may omit the host
  );
  const timeouts = { headersTimeout, requestTimeout, connectionsCheckingInterval: Math.min(1000, headersTimeout) };
  const server = createServer(
    { ...timeouts, requireHostHeader: false },
    (request, response) => void answer(request, response),
  );
  server.maxConnections = options.maxConnections ?? 1024;
  server.timeout = options.idleTimeout ?? 120_000;
  Object.assign(server, { httpAllowHalfOpen: true }); // a client may close its side and wait for the response
  const connections = new Connections(server, { perClient, minRate, rateWindow });
  answerMalformed(server, (socket) => connections.exchangesOn(socket));
  const end = async (grace: number) => {
    await connections.takeInArrived(grace);
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    connections.closeIdle(headersTimeout);
    await closed;
  };
  let ending: Promise<void> | undefined;
  await bind(server, host, port);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    async stop({ grace = 30_000 } = {}) {
      stopping = true;
      const cut = setTimeout(() => server.closeAllConnections(), grace);
      ending ??= end(grace);
      await ending;
      clearTimeout(cut);
    },
  };
}

/** Answers requests with an invalid URL or host, which never reach the app. */
function rejectRequest(error: unknown): Response {
  const reason = error instanceof Error ? `: ${error.message}` : '';
  const response = new Problem('bad-request', `Invalid request URL${reason}.`).toResponse();
  for (const [name, value] of Object.entries(commonHeaders(randomUUID()))) response.headers.set(name, value);
  return response;
}

function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE') {
        reject(new ConfigError(`Port ${port} of ${host} is in use.`, { hint: 'Choose another port.', cause }));
      } else reject(new T2iError('ERR_LISTEN', `Cannot listen on ${host}, port ${port}: ${cause.message}.`, { cause }));
    });
    server.listen(port, host, resolve);
  });
}
