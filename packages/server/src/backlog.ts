/** The system's queue of connections that the server has not accepted yet. */

import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/**
 * Resolves as soon as every connection that is in the queue now is accepted. A connection of our own, queued behind them, marks the
 * end. Resolves after `limit` milliseconds at the latest.
 */
export function takeBacklog(server: Server, limit: number): Promise<void> {
  const { address, port } = server.address() as AddressInfo;
  return new Promise((resolve) => {
    const marker = connect({ host: reachable(address), port });
    const end = () => {
      clearTimeout(late);
      server.off('connection', look).off('drop', look);
      marker.destroy();
      resolve();
    };
    const look = (taken?: Pick<Socket, 'remotePort'>) => {
      if (taken?.remotePort !== undefined && taken.remotePort === marker.localPort) end();
    };
    const late = setTimeout(end, limit);
    marker.on('error', end).on('close', end);
    server.on('connection', look).on('drop', look);
  });
}

/** An address at which a server that listens on all addresses can be reached. */
function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}
