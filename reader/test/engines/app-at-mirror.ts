/** The app beside a channel, as a mirror serves both, and what a reader does first. */
import type { RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import { webApp } from '../../node/web-app.ts';
import { NamedNewsroom } from '../channel.ts';
import { record, type Recording } from './recording.ts';
import type { Tab } from './tab.ts';

export const app = await webApp();

/** A mirror with the app beside it, of a newsroom that may go on publishing. */
export function mirrorOf(newsroom: NamedNewsroom, instead: RequestListener | null = null): RequestListener {
  return (request, response) => {
    const name = request.url!.slice(1);
    const file = app.get(name || 'index.html');
    const bytes = file?.bytes ?? newsroom.files.get(name);
    if (instead && !file) return instead(request, response);
    const headers = { 'content-type': file?.type ?? 'application/octet-stream', 'access-control-allow-origin': '*' };
    response.writeHead(bytes ? 200 : 404, headers).end(bytes);
  };
}

/** Until the test has finished. */
export async function serve(listener: RequestListener, host = '127.0.0.1', port = 0): Promise<Recording> {
  const server = await record(listener, host, port);
  onTestFinished(() => server.close());
  return server;
}

export function courier(mirrors: string[] = []): NamedNewsroom {
  const newsroom = new NamedNewsroom('Courier', 'en', mirrors);
  newsroom.publish({ stories: [{ title: 'Bridge closed', text: ['Until spring.'] }] });
  newsroom.publish({ stories: [{ title: 'Market open', text: ['From six.'] }] });
  return newsroom;
}

export const texts = (tab: Tab, selector: string): Promise<string[]> =>
  tab.evaluate(`[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.textContent)`);

export async function press(tab: Tab, selector: string): Promise<void> {
  await tab.until(`document.querySelector(${JSON.stringify(selector)})`);
  await tab.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
}

/** As at the first start: nothing is on the device. */
export async function openNew(tab: Tab, url: string): Promise<void> {
  await tab.goto(url);
  await clear(tab);
  await tab.goto(url);
  await tab.until(`document.querySelector('.here')`);
}

export async function clear(tab: Tab): Promise<void> {
  await press(tab, '.danger');
  await press(tab, '.yes');
  await tab.until(`document.querySelector('.cleared')`);
}

export async function follow(tab: Tab): Promise<void> {
  await press(tab, '.here');
  await press(tab, '.follow');
  await tab.until(`document.querySelector('.headlines')`);
}

/** Opens the one channel that is followed. */
export async function openAgain(tab: Tab, url: string): Promise<void> {
  await tab.goto(url);
  await press(tab, '.channel');
  await tab.until(`document.querySelector('.headlines')`);
}

/** Gives a file as if it were picked. It comes from the mirror: some inspectors take no long messages. */
export async function give(tab: Tab, newsroom: NamedNewsroom, bytes: Uint8Array): Promise<void> {
  newsroom.files.set('given', bytes);
  await tab.until(`document.querySelector('#file')`);
  await tab.evaluate(`(async () => {
    const file = new File([await (await fetch('given')).arrayBuffer()], 'news.html');
    const input = document.querySelector('#file');
    Object.defineProperty(input, 'files', { value: [file] });
    input.dispatchEvent(new Event('change'));
  })()`);
  newsroom.files.delete('given');
}
