/** Real servers on the loopback address, honest and hostile. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { PYTHON } from './oracle.ts';

export interface TestServer {
  url: string;
  /** Every question so far. */
  requests: IncomingMessage[];
  /** Resolves with the first question, after the server has begun to answer it. */
  asked: Promise<void>;
  /** How many connections were made. */
  connections(): number;
  stop: () => Promise<void>;
}

export async function serve(listener: RequestListener): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  let connections = 0;
  let tell = () => {};
  const asked = new Promise<void>((resolve) => (tell = resolve));
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
    tell();
  });
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return { url, requests, asked, connections: () => connections, stop };
}

/** Python's own static server over a folder, on a port that it chooses. */
export async function serveByPython(folder: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const args = ['-u', '-m', 'http.server', '0', '--bind', '127.0.0.1', '--directory', folder];
  const child = spawn(PYTHON, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const url = /\((http:[^)]+)\)/.exec(line)?.[1];
  if (!url) throw new Error(`python said: ${line}`);
  const stop = async () => {
    child.kill();
    await once(child, 'exit');
  };
  return { url, stop };
}
