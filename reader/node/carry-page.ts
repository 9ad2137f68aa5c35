/** What a carrier gives to those near by: files to pass on, and a page that offers them. */
import { encodeUtf8, describeLibrary, withDictionaries, type Library, type TreeFile } from '@pappus/core';
import { encode } from 'uqr';
import { PassOn, type Choice, type Form, type PageParts } from '../src/pass-on.ts';
import { sizeOf } from '../src/say.ts';
import { staticBody } from '../src/static-body.ts';
import { h, htmlOf, type Tree } from '../src/tree.ts';
import { carryWordsFor } from '../src/words/carry.ts';
import { wordsFor } from '../src/words/index.ts';
import { engineParts, pageCss } from './html-file.ts';

/** A file that is offered, by the name under which it is asked for. */
export interface Offered {
  name: string;
  choice: Choice;
  form: Form;
}

export const OFFERED: readonly Offered[] = [
  { name: 'headlines.html', choice: 'headlines', form: 'html' },
  { name: 'texts.html', choice: 'texts', form: 'html' },
  { name: 'all.html', choice: 'all', form: 'html' },
  { name: 'all.zip', choice: 'all', form: 'zip' },
];

/** How files are made of a library that has a channel, as it is now; of `dictionaries` goes along what it needs. */
export async function passOnOf(library: Library, dictionaries: readonly TreeFile[]): Promise<PassOn> {
  const words = wordsFor(describeLibrary(library)!.lang);
  const parts = { ...(await engineParts()), css: pageCss, lang: words.lang, dir: words.dir };
  const body = (now: Library): string => staticBody(now, words);
  return new PassOnByProgram(library, { ...parts, body }, dictionaries);
}

/** A page has its dictionaries among its files; a program has some of its own. */
class PassOnByProgram extends PassOn {
  readonly #dictionaries: readonly TreeFile[];

  constructor(library: Library, parts: PageParts, dictionaries: readonly TreeFile[]) {
    super(library, parts);
    this.#dictionaries = dictionaries;
  }

  override files(choice: Choice, textsBytesMax?: number): TreeFile[] {
    return withDictionaries(super.files(choice, textsBytesMax), this.#dictionaries);
  }
}

/** The page in the language of the channel; `addresses` are those under which it is reached. */
export function carryPage(library: Library, passOn: PassOn, addresses: readonly string[]): Uint8Array {
  const { name, lang } = describeLibrary(library)!;
  const words = wordsFor(lang);
  const carry = carryWordsFor(lang);
  const labels = { headlines: words.headlines, texts: words.newestTexts, all: words.everything };
  const offers = OFFERED.map((offered) => {
    const size = sizeOf(passOn.sizeBytes(passOn.files(offered.choice), offered.form), words.lang);
    const label = offered.form === 'zip' ? carry.zip : labels[offered.choice];
    const link = h('a', { href: offered.name, download: passOn.fileName(offered.form) }, label, h('small', null, size));
    return h('li', null, link);
  });
  const body = h(
    'main',
    { class: 'carry' },
    h('h1', null, h('bdi', null, name)),
    h('p', null, h('a', { href: './', class: 'read' }, carry.read)),
    h('h2', null, carry.take),
    h('p', { class: 'hint' }, carry.takeHint),
    h('ul', null, offers),
    h('h2', null, carry.near),
    addresses.map((address) => [h('p', null, h('code', { dir: 'ltr' }, address)), cameraCode(address)]),
  );
  const policy = `default-src 'none'; style-src 'unsafe-inline'`;
  const head = [
    h('meta', { charset: 'utf-8' }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('meta', { 'http-equiv': 'Content-Security-Policy', content: policy }),
    h('title', null, name),
  ];
  const style = `<style>${pageCss} ${CARRY_CSS}</style>`;
  return encodeUtf8(
    `<!doctype html>\n<html lang="${words.lang}" dir="${words.dir}"><head>${htmlOf(head)}${style}</head><body>${htmlOf(body)}</body></html>\n`,
  );
}

const CARRY_CSS = [
  '.carry{max-width:34rem;margin:auto;padding:1rem}',
  '.carry ul{list-style:none;margin:0;padding:0}',
  '.carry li a,.carry .read{display:flex;justify-content:space-between;align-items:center;gap:1rem;min-height:3rem;padding:.2rem 1rem;margin:.5rem 0;border:1px solid;border-radius:.6rem;text-decoration:none}',
  '.carry .read{justify-content:center;font-weight:600}',
  '.carry small{margin:0;white-space:nowrap}',
  '.carry code{font-size:1.05rem}',
  '.carry svg{width:12rem;background:#fff;border-radius:.6rem}',
].join('');

/** Dark squares on white, with the four squares of white around them that cameras need. */
function cameraCode(text: string): Tree {
  const { data, size } = encode(text, { border: 4 });
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('');
  const picture = { viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': text };
  return h('svg', picture, h('path', { d: path, fill: '#000' }));
}
