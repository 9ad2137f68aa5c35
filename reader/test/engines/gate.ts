/** The only way out that a browser under test is given: a proxy that writes down who knocks, and lets nobody through. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Whom Chromium asks on its own, whatever its switches say. */
export const VENDOR = /^(?:http:\/\/)?[a-z.]+\.(?:google|googleapis|gvt1)\.com(?:[:/]|$)/;

export interface Gate {
  readonly port: number;
  readonly knocks: readonly string[];
  close(): void;
}

/** A gate on a free port of this machine. */
export async function openGate(): Promise<Gate> {
  const knocks: string[] = [];
  const note = (address = ''): void => void (VENDOR.test(address) || knocks.push(address));
  const server = createServer((request, response) => {
    note(request.url);
    response.writeHead(403).end();
  });
  server.on('connect', (request, socket) => {
    note(request.url);
    socket.on('error', () => {}); // a browser may hang up first
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  return { port: (server.address() as AddressInfo).port, knocks, close };
}
