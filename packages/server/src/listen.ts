/** The app on a socket: timeouts against slow clients, and a stop that finishes what was accepted. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { ConfigError, T2iError } from '@t2i/core';
import type { Hono } from 'hono';
import type { AppEnv } from './route.ts';

export interface ListenOptions {
  /** Default 127.0.0.1: this machine only. */
  readonly host?: string;
  /** Default 8888; 0 takes a free one. */
  readonly port?: number;
  /** Milliseconds a client has to send the head of its request, and the whole request. Defaults 5000 and 10,000. */
  readonly headersTimeout?: number;
  readonly requestTimeout?: number;
  /** Milliseconds in which not a byte goes either way: the client does not read its answer. Default 120,000; more than the deadline. */
  readonly idleTimeout?: number;
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
  server.timeout = options.idleTimeout ?? 120_000;
  const requests = countRequests(server);
  await bind(server, host, port);
  const address = server.address() as AddressInfo;
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    stop({ grace = 30_000 } = {}) {
      stopping = true;
      const closed = close(server, grace);
      for (const [socket, count] of requests) if (count === 0) socket.destroy();
      return closed;
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
  const cut = setTimeout(() => server.closeAllConnections(), grace);
  await new Promise<void>((resolve) => server.close(() => resolve()));
  clearTimeout(cut);
}

/** How many requests are under way on each connection. To Node, one that has never sent a request is not idle: browsers keep some in reserve. */
function countRequests(server: Server): ReadonlyMap<Socket, number> {
  const requests = new Map<Socket, number>();
  const add = (socket: Socket, change: number) => {
    const count = requests.get(socket);
    if (count !== undefined) requests.set(socket, count + change);
  };
  server.on('connection', (socket: Socket) => {
    requests.set(socket, 0);
    socket.once('close', () => requests.delete(socket));
  });
  server.on('request', ({ socket }: IncomingMessage, answer: ServerResponse) => {
    add(socket, 1);
    answer.once('finish', () => add(socket, -1));
  });
  return requests;
}
