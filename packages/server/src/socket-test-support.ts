/** A client for the tests that sends raw bytes. */

import { connect, type Socket } from 'node:net';
import type { Listening } from './listen.ts';

export function open({ url }: Listening): Socket {
  const { hostname, port } = new URL(url);
  return connect({ host: hostname, port: Number(port), allowHalfOpen: true }).on('error', () => {}); // the server may reset the connection
}

/** Everything that the server sends on a connection until it closes it. */
export function heard(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('end', () => socket.end()).on('close', () => resolve(text));
  });
}

export function send(running: Listening, bytes: string): Promise<string> {
  const socket = open(running);
  socket.write(bytes);
  return heard(socket);
}

export const request = (path: string, ...headers: string[]) =>
  `${[`GET ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers].join('\r\n')}\r\n\r\n`;

export const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);

/** Statuses of all responses on a connection, without the interim ones. */
export const statusesIn = (answers: string) =>
  [...answers.matchAll(/HTTP\/1\.1 ([2-5]\d\d)/g)].map(([, status]) => Number(status));
