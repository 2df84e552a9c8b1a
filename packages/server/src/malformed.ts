/** Answers requests that Node's HTTP parser rejects with `application/problem+json` and the common headers, like any other problem. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from './problem.ts';

/** A pending response and its request. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly answer: ServerResponse;
}

/** @param pending the exchanges of a connection, oldest first */
export function answerMalformed(server: Server, pending: (socket: Socket) => readonly Exchange[]): void {
  const rejected = new WeakSet<Socket>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (rejected.has(socket)) return;
    rejected.add(socket);
    const last = pending(socket).at(-1);
    const reject = () => {
      if (socket.writable) socket.write(problemOf(error).toBytes(randomUUID()));
      socket.destroySoon();
    };
    if (error.code === 'ECONNRESET') socket.destroy(error);
    else if (last?.request.complete)
      last.answer.once('close', reject); // earlier valid requests are answered first
    else if (last?.answer.headersSent) socket.destroy(error);
    else reject();
  });
  server.on('checkExpectation', (_: IncomingMessage, answer: ServerResponse) => {
    const problem = new Problem('expectation-failed', 'Expectation failed. The server supports only "100-continue".');
    answer.writeHead(problem.status, { ...problem.headersFor(randomUUID()) }).end(problem.body);
  });
}

function problemOf({ code = '' }: NodeJS.ErrnoException): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('head-too-large', 'The URL and headers are too large. The limit is 16 KiB in total.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem('body-too-large', 'The chunk extensions are too long.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request-timeout', 'The request did not arrive in time.');
    case 'HPE_INVALID_EOF_STATE':
      return new Problem('bad-request', 'The request is incomplete.');
    default:
      return new Problem('bad-request', 'The request is not valid HTTP/1.1.');
  }
}
