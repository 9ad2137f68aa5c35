/** What the system's "share" hands to the installed app, which Chromium alone knows: held by the worker, not on disk. */
import { expect, onTestFinished, test } from 'vitest';
import { webApp } from '../../node/web-app.ts';
import { NamedNewsroom, pageOf } from '../channel.ts';
import { chromiumEngine } from './chromium.ts';
import { everythingKept } from './everything-kept.ts';
import { record } from './recording.ts';

const needs = chromiumEngine.missing === null ? '' : ` (needs "${chromiumEngine.missing}")`;

test.skipIf(needs !== '')(`a shared file reaches the page, and no server${needs}`, async () => {
  const newsroom = new NamedNewsroom('Courier', 'en');
  newsroom.publish({ stories: [{ title: 'Bridge closed', text: ['Until spring.'] }] });
  const page = Buffer.from(await pageOf(newsroom)).toString('base64');
  const app = await webApp();
  const server = await record((request, response) => {
    const file = app.get(request.url!.slice(1) || 'index.html');
    response.writeHead(file ? 200 : 404, { 'content-type': file?.type ?? 'text/plain' }).end(file?.bytes);
  });
  onTestFinished(() => server.close());
  const tab = await chromiumEngine.open();
  onTestFinished(() => tab.close());
  await tab.goto(server.url);
  await tab.evaluate('navigator.serviceWorker.ready.then(() => true)');
  await tab.goto(server.url);
  await tab.until(`navigator.serviceWorker.controller && document.querySelector('.here')`);
  server.requests.length = 0;
  const given = await tab.evaluate(`(async () => {
    const bytes = Uint8Array.from(atob('${page}'), (c) => c.charCodeAt(0));
    const body = new FormData();
    body.append('file', new File([bytes], 'news.html', { type: 'text/html' }));
    body.append('title', 'ignored');
    const answer = await fetch('share', { method: 'POST', body });
    return [answer.url, answer.status];
  })()`);
  expect(given).toEqual([server.url, 200]);
  expect(await tab.evaluate(everythingKept)).not.toContain('Bridge');
  await tab.goto(server.url);
  await tab.until(`document.querySelector('.follow')`);
  expect((await tab.evaluate<string>(`document.querySelector('.code').textContent`)).replaceAll(' ', '')).toBe(
    newsroom.channelId,
  );
  await tab.goto(server.url);
  await tab.until(`document.querySelector('.here')`); // it is handed over once
  expect(server.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
});
