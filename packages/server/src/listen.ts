/** The app on a socket: timeouts against slow clients, and a stop that finishes what was accepted. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { ConfigError, T2iError } from '@t2i/core';
import type { Hono } from 'hono';
import type { AppEnv } from './route.ts';

/** How often, while stopping, connections are closed that have become idle. */
const CLOSE_IDLE_EVERY = 50; // ms

export interface ListenOptions {
  /** Default 127.0.0.1: this machine only. */
  readonly host?: string;
  /** Default 8888; 0 takes a free one. */
  readonly port?: number;
  /** Milliseconds a client has to send the head of its request, and the whole request. Defaults 5000 and 10,000. */
  readonly headersTimeout?: number;
  readonly requestTimeout?: number;
  /** Connections at once; more are closed. Default 1024. */
  readonly maxConnections?: number;
}

export interface Listening {
  /** `http://127.0.0.1:8888` */
  readonly url: string;
  /** Takes no more requests, finishes those accepted, and cuts what is left after `grace` ms (default 30,000). */
  stop(options?: { readonly grace?: number }): Promise<void>;
}

/** @throws ConfigError when the address is taken or not this machine's */
export async function listen(app: Hono<AppEnv>, options: ListenOptions = {}): Promise<Listening> {
  const { host = '127.0.0.1', port = 8888, headersTimeout = 5000, requestTimeout = 10_000 } = options;
  let stopping = false;
  const server = createAdaptorServer({
    async fetch(request, env) {
      const response = await app.fetch(request, env);
      if (stopping) response.headers.set('Connection', 'close');
      return response;
    },
    createServer,
    serverOptions: { headersTimeout, requestTimeout, connectionsCheckingInterval: Math.min(1000, headersTimeout) },
  }) as Server;
  server.maxConnections = options.maxConnections ?? 1024;
  await bind(server, host, port);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    stop({ grace = 30_000 } = {}) {
      stopping = true;
      return close(server, grace);
    },
  };
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

async function close(server: Server, grace: number): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY);
  const cut = setTimeout(() => server.closeAllConnections(), grace);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearInterval(idle);
  clearTimeout(cut);
}
