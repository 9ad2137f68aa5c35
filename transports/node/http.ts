import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Answer, Ask } from '../src/http.ts';

const HEADER_BYTES_MAX = 8_192;

/**
 * Asks on a connection of its own each time, which is closed after the answer: for `HttpShelf` with `pieceBytes`,
 * so that no connection carries more than one piece. The headers are always these, in this order. Redirects are not
 * followed; proxies of the environment are not used.
 */
export const askOnNewConnection: Ask = (url, range, signal) =>
  new Promise<Answer>((resolve, reject) => {
    signal.throwIfAborted();
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const asked = range === null ? [] : ['Range', range];
    const headers = ['Host', url.host, 'Accept', '*/*', ...asked, 'Connection', 'close'];
    const request = send(url, { agent: false, headers, signal, maxHeaderSize: HEADER_BYTES_MAX });
    request.on('error', reject);
    request.on('response', (response) => resolve(answerOf(response)));
    request.end();
  });

function answerOf(response: IncomingMessage): Answer {
  return {
    status: response.statusCode ?? 0,
    header: (name) => {
      const value = response.headers[name];
      return typeof value === 'string' ? value : null;
    },
    body: response,
  };
}
