/** The connections of a server: whose each is, what is under way on it, and whether its client takes what it is sent. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { takeBacklog } from './backlog.ts';
import { clientOf } from './client.ts';
import type { Exchange } from './malformed.ts';
import { Problem } from './problem.ts';

/** Milliseconds until a client that has said that it will send no more is asked whether it is still there; doubled each time. */
const FIRST_PROBE = 100;
/** Milliseconds between looks at how much clients take. */
const LOOK_EVERY = 500;
/** Turns of the event loop without anything new, after which nothing is taken to be on its way. */
const QUIET = 3;

export interface ConnectionLimits {
  /** Connections of one client at once; 0: no limit. */
  readonly perClient: number;
  /** Bytes a second that a client takes at least of an answer that waits for it, over `rateWindow` milliseconds; 0: no limit. */
  readonly minRate: number;
  readonly rateWindow: number;
}

interface Connection {
  readonly client: string | undefined;
  /** Oldest first: a client may send requests before it has the answer to the last. */
  readonly exchanges: Exchange[];
  /** Bytes that had come when the last answer ended: more are the beginning of a request. */
  read: number;
  /** Since when an answer waits for the client, and the bytes it had taken then. */
  waiting: { readonly since: number; readonly taken: number } | undefined;
}

export class Connections {
  readonly #server: Server;
  readonly #limits: ConnectionLimits;
  readonly #all = new Map<Socket, Connection>();
  readonly #ofClient = new Map<string, number>();
  readonly #looking: NodeJS.Timeout;
  #stopping = false;
  /** Connections and requests so far. */
  #arrived = 0;

  constructor(server: Server, limits: ConnectionLimits) {
    this.#server = server;
    this.#limits = limits;
    server.on('connection', (socket: Socket) => this.#connected(socket));
    server.prependListener('request', (request: IncomingMessage, answer: ServerResponse) =>
      this.#asked({ request, answer }),
    );
    this.#looking = setInterval(() => this.#cutSlowReaders(), Math.min(LOOK_EVERY, limits.rateWindow / 2)).unref();
    server.once('close', () => clearInterval(this.#looking));
  }

  exchangesOn(socket: Socket): readonly Exchange[] {
    return this.#all.get(socket)?.exchanges ?? [];
  }

  /**
   * Learns of everything that has reached this machine by now, connections in the system's queue and bytes in its buffers, and takes no
   * more connections. Ends after `limit` milliseconds at the latest.
   */
  async takeInArrived(limit: number): Promise<void> {
    const end = performance.now() + limit;
    await takeBacklog(this.#server, limit);
    this.#stopping = true;
    for (let quiet = 0; quiet < QUIET && performance.now() < end; ) {
      const before = this.#arrived;
      await new Promise((resolve) => setImmediate(resolve)); // a turn of the event loop, which reads what has come
      quiet = this.#arrived === before ? quiet + 1 : 0;
    }
  }

  /** Closes what waits for nothing; whose request has begun to arrive gets `patience` milliseconds to send the rest. */
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
      const problem = new Problem('too-many-connections', `A client may have ${perClient} connections at once.`);
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
   * A client that sends no more may wait for its answer, or be gone: the same is heard of both. An interim answer, which those who wait
   * skip, is taken back by the machine of one who is gone, and so its place becomes free.
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
        if (taken - before < (minRate * (now - since)) / 1000) socket.resetAndDestroy(); // nor do the system's buffers wait
        connection.waiting = { since: now, taken };
      }
    }
  }
}
