/** A newsroom's zone behind a resolver of DNS over HTTPS, as a newsroom's web server passes it on. */
import type { RequestListener } from 'node:http';
import { Library, decodeBase32, formatPath, inOfferOrder, treePath, type TreeFile } from '@pappus/core';
import { Authority, blocksOf, type Zone } from '@pappus/transports/dns';
import { serveDoh } from '@pappus/transports/node';
import { onTestFinished } from 'vitest';
import type { TestNewsroom } from '../../../core/test/newsroom.ts';

export const ZONE = 'n.example.org';

/** What a newsroom published, as a zone. `channelId`: of another channel, for one that lies. */
export function zoneOf(newsroom: TestNewsroom, channelId = newsroom.channelId): Zone {
  const all = [...newsroom.files].map(([path, bytes]): TreeFile => ({ path: treePath(path), bytes }));
  const library = new Library({ channelId: newsroom.channelId });
  for (const { path, bytes } of inOfferOrder(all)) library.offer(path, bytes);
  const marks = [...library.contents.marks.values()].map(({ mark }) => mark).sort((a, b) => a.number - b.number);
  const editions = marks.map(({ number, packs }) => {
    const files = (kind: string): TreeFile[] => {
      const names = packs.filter((pack) => pack.kind === kind).map(({ id }) => formatPath({ kind: 'pack', id }));
      return all.filter(({ path }) => names.includes(path) || (kind === 'headlines' && path === `edition/${number}`));
    };
    return { number, headlines: files('headlines'), texts: files('layers') };
  });
  const first = [...all.filter(({ path }) => path === 'head'), ...all.filter(({ path }) => path.startsWith('root/'))];
  const standing = all.filter(({ path }) => path.startsWith('dict/'));
  const [channel, time] = [decodeBase32(channelId), 1_790_000_000 + newsroom.edition];
  const content = blocksOf({ channel, time, first, standing, editions }, 1_100);
  return { name: ZONE, servers: [{ name: `ns1.${ZONE}`, addresses: [] }], time, channel, content };
}

/** The web server before an authority: what is asked of it, it asks there, until the test has finished. */
export async function passedOn(authority: Authority): Promise<RequestListener> {
  const behind = await serveDoh({ authority, host: '127.0.0.1', port: 0 });
  onTestFinished(() => behind.close());
  return (request, response) => {
    void fetch(new URL(request.url!, behind.url), { method: request.method! }).then(async (answer) => {
      response.writeHead(
        answer.status,
        Object.fromEntries(
          ['content-type', 'cache-control', 'access-control-allow-origin'].map((name) => [
            name,
            answer.headers.get(name) ?? '',
          ]),
        ),
      );
      response.end(new Uint8Array(await answer.arrayBuffer()));
    });
  };
}
