/**
 * `node bench/leftovers.ts`: what stays on the disk of a browser after the app was used, sealed, or cleared. Plants
 * words in a channel, closes the browser, and looks for them in every file of its profile, as UTF-8 and as UTF-16.
 */
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { webApp } from '../reader/node/web-app.ts';
import { NamedNewsroom, fullPost } from '../reader/test/channel.ts';
import { chromiumEngine } from '../reader/test/engines/chromium.ts';
import { firefoxEngine } from '../reader/test/engines/firefox.ts';
import { record } from '../reader/test/engines/recording.ts';
import type { Engine, Tab } from '../reader/test/engines/tab.ts';

const WORDS = 50;
const PASSPHRASE = 'five words are good enough';

const canaries = Array.from({ length: WORDS }, (_, i) => `canary${String(i).padStart(2, '0')}bird`);
const newsroom = plantedIn(canaries);
const app = await webApp();
const server = await record((request, response) => {
  const name = request.url!.slice(1);
  const file = app.get(name || 'index.html');
  const bytes = file?.bytes ?? newsroom.files.get(name);
  response.writeHead(bytes ? 200 : 404, { 'content-type': file?.type ?? 'application/octet-stream' }).end(bytes);
});

function plantedIn(words: readonly string[]): NamedNewsroom {
  const [name, mirror, ...rest] = words;
  const made = new NamedNewsroom(name!, 'en', [`https://${mirror}.example/`]);
  const posts = Array.from({ length: rest.length / 4 }, (_, i) => rest.slice(4 * i, 4 * i + 4)).map(
    ([title, summary, text, byline]) =>
      fullPost({ title: title!, summary: summary!, text: [text!] }, { byline: byline! }),
  );
  return made.print(posts);
}

async function press(tab: Tab, selector: string): Promise<void> {
  await tab.until(`document.querySelector('${selector}')`);
  await tab.evaluate(`document.querySelector('${selector}').click()`);
}

/** One use of the app, from start to end of the browser. */
type Use = (tab: Tab) => Promise<void>;

const seal: Use = async (tab) => {
  await press(tab, '.passphrase');
  await tab.evaluate(`document.querySelector('#new-passphrase').value = '${PASSPHRASE}'`);
  await press(tab, '.seal');
  await tab.until(`document.querySelector('.here') && !document.querySelector('#new-passphrase')`);
};
const read: Use = async (tab) => {
  await press(tab, '.here');
  await press(tab, '.follow');
  await press(tab, '.headlines a');
  await tab.until(`document.querySelector('article')`);
};
const clear: Use = async (tab) => {
  await press(tab, '.danger');
  await press(tab, '.yes');
  await tab.until(`document.querySelector('.cleared')`);
};

const CASES: Record<string, Use[]> = {
  'used, no passphrase': [read],
  'used, then cleared': [read, clear],
  'used, then sealed by a passphrase': [read, seal],
  'sealed first, then used': [seal, read],
};

interface Found {
  words: number;
  files: string[];
}

async function leftIn(engine: Engine, uses: readonly Use[]): Promise<Found> {
  const profile = mkdtempSync(join(tmpdir(), 'pappus-profile-'));
  try {
    const tab = await engine.open({ profile });
    for (const [i, use] of uses.entries()) {
      if (i === 0 || use !== read) await tab.goto(server.url);
      await use(tab);
    }
    await tab.close();
    return found(profile);
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function found(profile: string): Found {
  const words = new Set<string>();
  const files = new Set<string>();
  for (const entry of readdirSync(profile, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const octets = readFileSync(path);
    for (const word of canaries) {
      if (!octets.includes(word) && !octets.includes(Buffer.from(word, 'utf16le'))) continue;
      words.add(word);
      files.add(path.slice(profile.length + 1).replace(/\/[^/]*$/, '/…'));
    }
  }
  return { words: words.size, files: [...files] };
}

const rows: string[] = [];
for (const engine of [chromiumEngine, firefoxEngine]) {
  for (const [name, uses] of Object.entries(CASES)) {
    const { words, files } = await leftIn(engine, uses);
    rows.push(`| ${engine.name} | ${name} | ${words} of ${WORDS} | ${files.map((file) => `\`${file}\``).join(', ')} |`);
    process.stdout.write(`${rows.at(-1)}\n`);
  }
}
await server.close();

writeFileSync(
  new URL('LEFTOVERS.md', import.meta.url),
  `# What stays on the disk

Made by \`node bench/leftovers.ts\`: ${WORDS} words planted in a channel's name, its mirror, titles, summaries, texts and
bylines; after the browser was closed, each file of its profile was searched for them, as UTF-8 and UTF-16. What a
browser compresses or only marks as free is found where its octets still stand, and not where they are compressed: a
forensic search may find more. Traces outside the profile (swap, the file system's journal) were not looked for.

| browser | the app was | words found | where |
| --- | --- | --: | --- |
${rows.join('\n')}
`,
);
