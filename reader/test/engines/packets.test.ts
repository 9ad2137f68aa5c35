/** What a page sends, packet by packet, where nothing but the kernel stands between the browser and a network. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { NamedNewsroom, pageOf } from '../channel.ts';
import { VENDOR } from './gate.ts';
import { ENGINES } from './index.ts';
import { findProgram } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'pappus-packets-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Packages, or a right, that are not here. */
function missing(): string | null {
  const packages = [...ENGINES.map((engine) => engine.missing), findProgram('ip') ? null : 'iproute2'];
  const named = packages.filter((name) => name !== null);
  if (named.length > 0) return `packages "${named.join(' ')}"`;
  try {
    execFileSync('unshare', ['--net', 'true'], { stdio: 'ignore' });
    return null;
  } catch {
    return 'the right to make a network namespace: run as root';
  }
}

/** A browser sends TCP and UDP; ARP, ICMPv6 and MLD are the kernel's own. Chromium asks for its maker now and then. */
function isOfOthers(packet: string): boolean {
  const [kind = '', , port, name = ''] = packet.split(' ');
  return !/^(tcp|udp)$/.test(kind) || (port === '53' && VENDOR.test(name));
}

const needs = missing();

test.skipIf(needs !== null)(
  `a page from disk sends no packet in any engine${needs === null ? '' : ` (needs ${needs})`}`,
  { timeout: 180_000 },
  async () => {
    const newsroom = new NamedNewsroom('The Harbour Gazette', 'en');
    newsroom.publish({ stories: [{ title: 'Market open', text: ['Ten stalls.'] }] });
    const page = await pageOf(newsroom);
    const leaky = page
      .replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '<link rel="preconnect" href="https://10.9.9.7/">')
      .replace('<main>', '<main><img src="http://10.9.9.7/x"><img src="http://leak.test/x">');
    const pages = { blank: '<!doctype html><p id="blank">', page, leaky };
    const paths = Object.entries(pages).map(([name, html]) => {
      const path = join(folder, `${name}.html`);
      writeFileSync(path, html);
      return path;
    });
    const script = join(import.meta.dirname, 'in-namespace.ts');
    const run = await promisify(execFile)('unshare', ['--net', process.execPath, script, ...paths]);
    const found = JSON.parse(run.stdout) as Record<string, [blank: string[], page: string[], leaky: string[]]>;
    expect(Object.keys(found)).toEqual(ENGINES.map(({ name }) => name));
    for (const [engine, [blank, ours, planted]] of Object.entries(found)) {
      expect([engine, ours.filter((packet) => !blank.includes(packet) && !isOfOthers(packet))]).toEqual([engine, []]);
      expect([engine, planted.join('\n')]).toEqual([engine, expect.stringContaining('10.9.9.7')]);
    }
  },
);
