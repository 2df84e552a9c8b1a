/** The queue of connections that the system has made and the server has not taken yet. */

import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/**
 * Resolves as soon as every connection is taken that stands in the queue now: one of our own, which takes its place behind them, tells.
 * Ends after `limit` milliseconds at the latest.
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

/** Where a server that listens on all addresses can be reached. */
function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}
