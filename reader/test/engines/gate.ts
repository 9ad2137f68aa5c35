/** The only way out that a browser under test is given: a proxy that writes down who knocks, and lets nobody through. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Whom Chromium asks on its own, whatever its switches say. */
export const VENDOR = /^(?:http:\/\/)?[a-z.]+\.(?:google|googleapis|gvt1)\.com(?:[:/]|$)/;

export interface Gate {
  readonly port: number;
  readonly knocks: readonly string[];
  close(): void;
}

const closed: RequestListener = (_, response) => void response.writeHead(403).end();

/** A gate on a free port of this machine. `answer` stands for every http host beyond it, the browser's maker aside. */
export async function openGate(answer: RequestListener = closed): Promise<Gate> {
  const knocks: string[] = [];
  const note = (address = ''): boolean => !VENDOR.test(address) && knocks.push(address) > 0;
  const server = createServer((request, response) => (note(request.url) ? answer : closed)(request, response));
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
