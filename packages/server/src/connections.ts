/** The connections of a server: the client of each, its pending requests, and whether the client reads its responses. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { takeBacklog } from './backlog.ts';
import { clientOf } from './client.ts';
import type { Exchange } from './malformed.ts';
import { Problem } from './problem.ts';

/** Milliseconds until a client that closed its side is probed; doubled each time. */
const FIRST_PROBE = 100;
/** Milliseconds between checks of how much clients read. */
const CHECK_EVERY = 500;
/** Turns of the event loop without a new arrival, after which nothing more is expected. */
const QUIET = 3;

export interface ConnectionLimits {
  /** Most open connections of one client; 0: no limit. */
  readonly perClient: number;
  /** Least bytes per second that a client must read of a pending response, over `rateWindow` milliseconds; 0: no limit. */
  readonly minRate: number;
  readonly rateWindow: number;
}

interface Connection {
  readonly client: string | undefined;
  /** Oldest first: a client may pipeline requests. */
  readonly exchanges: Exchange[];
  /** Bytes received when the last response ended. More bytes are the start of a request. */
  read: number;
  /** Since when a response waits for the client, and the bytes that it had read by then. */
  waiting: { readonly since: number; readonly taken: number } | undefined;
}

export class Connections {
  readonly #server: Server;
  readonly #limits: ConnectionLimits;
  readonly #all = new Map<Socket, Connection>();
  readonly #ofClient = new Map<string, number>();
  readonly #checking: NodeJS.Timeout;
  #stopping = false;
  /** Number of connections and requests so far. */
  #arrived = 0;

  constructor(server: Server, limits: ConnectionLimits) {
    this.#server = server;
    this.#limits = limits;
    server.on('connection', (socket: Socket) => this.#connected(socket));
    server.prependListener('request', (request: IncomingMessage, answer: ServerResponse) =>
      this.#asked({ request, answer }),
    );
    this.#checking = setInterval(() => this.#cutSlowReaders(), Math.min(CHECK_EVERY, limits.rateWindow / 2)).unref();
    server.once('close', () => clearInterval(this.#checking));
  }

  exchangesOn(socket: Socket): readonly Exchange[] {
    return this.#all.get(socket)?.exchanges ?? [];
  }

  /**
   * Accepts everything that has reached this machine, including connections in the system's queue and bytes in its buffers, and then
   * accepts no more connections. Resolves after `limit` milliseconds at the latest.
   */
  async takeInArrived(limit: number): Promise<void> {
    const end = performance.now() + limit;
    await takeBacklog(this.#server, limit);
    this.#stopping = true;
    for (let quiet = 0; quiet < QUIET && performance.now() < end; ) {
      const before = this.#arrived;
      await new Promise((resolve) => setImmediate(resolve)); // a turn of the event loop reads what has arrived
      quiet = this.#arrived === before ? quiet + 1 : 0;
    }
  }

  /** Closes idle connections. A client that has started a request gets `patience` milliseconds to send the rest. */
  closeIdle(patience: number): void {
    const begun: Socket[] = [];
    for (const [socket, { exchanges, read }] of this.#all) {
      if (exchanges.length > 0) continue;
      if (socket.bytesRead > read) begun.push(socket);
      else socket.destroy();
    }
    setTimeout(() => {
      for (const socket of begun) if (this.exchangesOn(socket).length === 0) socket.destroy();
    }, patience).unref();
  }

  #connected(socket: Socket): void {
    if (this.#stopping) {
      socket.destroy();
      return;
    }
    this.#arrived += 1;
    const client = clientOf(socket.remoteAddress ?? '');
    const { perClient } = this.#limits;
    const count = client === undefined ? 0 : (this.#ofClient.get(client) ?? 0);
    if (perClient > 0 && count >= perClient) {
      const problem = new Problem(
        'too-many-connections',
        `Too many connections. The limit is ${perClient} per client.`,
      );
      socket.on('error', () => {});
      socket.write(problem.toBytes(randomUUID()));
      socket.destroySoon();
      return;
    }
    if (client !== undefined) this.#ofClient.set(client, count + 1);
    this.#all.set(socket, { client, exchanges: [], read: 0, waiting: undefined });
    socket.once('end', () => this.#probe(socket, FIRST_PROBE));
    socket.once('close', () => this.#closed(socket));
  }

  #closed(socket: Socket): void {
    const client = this.#all.get(socket)?.client;
    this.#all.delete(socket);
    if (client === undefined) return;
    const left = this.#ofClient.get(client)! - 1;
    if (left === 0) this.#ofClient.delete(client);
    else this.#ofClient.set(client, left);
  }

  #asked(exchange: Exchange): void {
    this.#arrived += 1;
    const { socket } = exchange.request;
    const connection = this.#all.get(socket);
    if (connection === undefined) return;
    connection.exchanges.push(exchange);
    exchange.answer.once('close', () => {
      connection.exchanges.splice(connection.exchanges.indexOf(exchange), 1);
      connection.read = socket.bytesRead;
    });
  }

  /**
   * A client that closed its side may wait for its response, or be gone; both look the same. An interim response settles it: a waiting
   * client skips it, and the machine of a gone client resets the connection, which frees its place.
   */
  #probe(socket: Socket, after: number): void {
    setTimeout(() => {
      const { answer, request } = this.exchangesOn(socket)[0] ?? {};
      if (answer === undefined || request === undefined || this.#stopping) return;
      if (!answer.headersSent && request.httpVersionMinor >= 1) answer.writeProcessing();
      this.#probe(socket, 2 * after);
    }, after).unref();
  }

  #cutSlowReaders(): void {
    const { minRate, rateWindow } = this.#limits;
    const now = performance.now();
    for (const [socket, connection] of this.#all) {
      if (socket.writableLength === 0) connection.waiting = undefined;
      else {
        const taken = socket.bytesWritten - socket.writableLength;
        connection.waiting ??= { since: now, taken };
        const { since, taken: before } = connection.waiting;
        if (now - since < rateWindow) continue;
        if (taken - before < (minRate * (now - since)) / 1000) socket.resetAndDestroy(); // reset, so that the system's buffers are freed too
        connection.waiting = { since: now, taken };
      }
    }
  }
}
