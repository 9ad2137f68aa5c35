/** A server that writes down what it is asked, octet for octet as far as Node tells. */
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Recording {
  /** With a slash at the end. */
  url: string;
  port: number;
  /** Request line and headers of each question, as they came. */
  requests: string[];
  close(): Promise<void>;
}

/** Serves on a free port of `host`, or on the port that is given. */
export async function record(answer: RequestListener, host = '127.0.0.1', port = 0): Promise<Recording> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const lines = [`${request.method} ${request.url} HTTP/${request.httpVersion}`];
    for (let i = 0; i < request.rawHeaders.length; i += 2)
      lines.push(`${request.rawHeaders[i]}: ${request.rawHeaders[i + 1]}`);
    requests.push(lines.join('\n'));
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const bound = (server.address() as AddressInfo).port;
  return { url: `http://${host}:${bound}/`, port: bound, requests, close: () => stop(server) };
}

function stop(server: Server): Promise<void> {
  const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return stopped;
}
