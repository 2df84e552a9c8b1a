/** What Node's parser of HTTP refuses, answered as every other problem is: `application/problem+json` with the headers that all have. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from './problem.ts';

/** An answer that is under way, and what it answers. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly answer: ServerResponse;
}

/** @param underWay the exchanges of a connection, oldest first */
export function answerMalformed(server: Server, underWay: (socket: Socket) => readonly Exchange[]): void {
  const refused = new WeakSet<Socket>();
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (refused.has(socket)) return;
    refused.add(socket);
    const last = underWay(socket).at(-1);
    const refuse = () => {
      if (socket.writable) socket.write(problemOf(error).toBytes(randomUUID()));
      socket.destroySoon();
    };
    if (error.code === 'ECONNRESET') socket.destroy(error);
    else if (last?.request.complete)
      last.answer.once('close', refuse); // what was well formed before is answered first
    else if (last?.answer.headersSent) socket.destroy(error);
    else refuse();
  });
  server.on('checkExpectation', (_: IncomingMessage, answer: ServerResponse) => {
    const problem = new Problem('expectation-failed', 'Only "100-continue" may be expected.');
    answer.writeHead(problem.status, { ...problem.headersFor(randomUUID()) }).end(problem.body);
  });
}

function problemOf({ code = '' }: NodeJS.ErrnoException): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new Problem('head-too-large', 'The address and the headers may have 16 KiB together.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new Problem('body-too-large', 'The extensions of the chunks are too long.');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new Problem('request-timeout', 'The request did not arrive in time.');
    case 'HPE_INVALID_EOF_STATE':
      return new Problem('bad-request', 'The request ended before it was whole.');
    default:
      return new Problem('bad-request', 'This is no request in HTTP/1.1.');
  }
}
