/** The golden channel: four languages, a correction, a withdrawal, a translation and a rotation, in three editions. */
import { readFileSync } from 'node:fs';
import {
  CODEC,
  contentId,
  encodeBase64,
  encodeUtf8,
  formatNote,
  formatVkey,
  noteOf,
  parseDictionary,
  sha256,
  type Block,
  type Inline,
  type PostRecord,
  type Reason,
} from '@pappus/core';
import { BLANK, VectorNewsroom, type Story, type Wordbook } from './vectors-press.ts';

/** Languages in the golden channel that have a dictionary, and the codec that their items use. */
const CODECS = { en: CODEC.deflate, fa: CODEC.begun, ar: CODEC.begun, ru: CODEC.deflate } as const;

/** A tree as an accepted vector: its files, and what a reader must show of them. */
export interface Accepted {
  name: string;
  what: string;
  files: Map<string, Uint8Array>;
  expected: Expected;
  /** Paths of those of its files that are evidence of a fork. */
  evidence?: string[];
}

/** What a reader must show. */
export interface Expected {
  channelId: string;
  name: string;
  lang: string;
  rootVersion: number;
  logKey: string;
  size: number;
  rootHash: string;
  signedAt: number;
  nextBy: number | null;
  edition: number;
  posts: ExpectedPost[];
  missing: number[];
  withdrawn: number[];
}

interface ExpectedPost {
  index: number;
  status: string;
  replacedBy: number | null;
  reason: Reason | null;
  record: Omit<PostRecord, 'layers'> | null;
  text: Block[] | null;
}

const books = new Map<string, Wordbook>();

/** The dictionaries that every reader carries (spec §7), by language. */
export function wellKnown(): ReadonlyMap<string, Wordbook> {
  if (books.size > 0) return books;
  for (const [lang, codec] of Object.entries(CODECS)) {
    const bytes = new Uint8Array(readFileSync(new URL(`../core/dictionaries/${lang}.dict`, import.meta.url)));
    books.set(lang, { bytes, dictionary: parseDictionary(bytes), codec });
  }
  return books;
}

const plain = (value: string): Inline => ({ type: 'text', value });
const paragraph = (...parts: (string | Inline)[]): Block => {
  return { type: 'paragraph', children: parts.map((part) => (typeof part === 'string' ? plain(part) : part)) };
};

const FIRST: Story[] = [
  {
    title: 'Ferry timetable changes on Monday',
    summary: 'The first boat leaves at six; the last one at nine in the evening.',
    lang: 'en',
    date: 1_790_000_100,
    byline: 'Harbour desk',
    tags: ['transport', 'harbour'],
    link: 'https://lantern.example/ferry',
    text: [
      { type: 'heading', depth: 1, children: [plain('What changes')] },
      paragraph('The first boat ', { type: 'strong', children: [plain('leaves at six')] }, ' from the old pier.'),
      { type: 'list', start: 1, children: [[paragraph('Old pier, 06:00')], [paragraph('New pier, 06:20')]] },
      { type: 'list', start: null, children: [[paragraph('Bicycles travel free.')]] },
      {
        type: 'table',
        header: 1,
        rows: [
          [[plain('Boat')], [plain('Seats')]],
          [[plain('Heron')], [plain('80')]],
        ],
      },
      { type: 'blockquote', children: [paragraph('“We counted passengers for a year.”')] },
      { type: 'code', value: '06:00\n06:20' },
      { type: 'figure', layer: 0, alt: 'The old pier', caption: [{ type: 'emphasis', children: [plain('The pier')] }] },
      { type: 'thematicBreak' },
      paragraph(
        { type: 'link', url: 'https://lantern.example/map', children: [plain('A map')] },
        { type: 'break' },
        { type: 'inlineCode', value: 'line 4' },
        { type: 'span', lang: 'fa', children: [plain('قایق')] },
      ),
    ],
  },
  {
    title: 'پل رودخانه تا پایان ماه بسته است',
    summary: 'مسافران از پل قدیمی می‌گذرند.',
    lang: 'fa',
    rtl: true,
    date: 1_790_000_200,
    text: [
      paragraph('پل رودخانه برای تعمیر بسته شد و تا پایان ماه باز نمی‌شود.'),
      paragraph('اتوبوس‌ها از پل قدیمی می‌روند.'),
    ],
  },
  {
    title: 'افتتاح سوق جديد قرب الميناء',
    lang: 'ar',
    rtl: true,
    date: 1_790_000_300,
    text: [paragraph('يفتح السوق الجديد أبوابه يوم السبت قرب الميناء، وفيه ستون دكانا.')],
  },
  {
    title: 'Трамвай снова ходит до вокзала',
    lang: 'ru',
    date: 1_790_000_400,
    text: [paragraph('После ремонта путей трамвай снова ходит до вокзала, по вечерам каждые десять минут.')],
  },
  {
    title: 'Name of the wrong person',
    lang: 'en',
    text: [paragraph('This post named somebody who had nothing to do with it.')],
  },
  { title: 'Kütüphane pazar günü de açık', lang: 'tr', text: [] },
];

const SECOND: Story[] = [
  {
    title: 'Ferry timetable changes on Tuesday, not Monday',
    lang: 'en',
    date: 1_790_086_500,
    replaces: 0,
    text: [paragraph('We gave the wrong day. The new timetable begins on Tuesday.')],
  },
];

const THIRD: Story[] = [
  {
    title: 'The river bridge is closed until the end of the month',
    lang: 'en',
    date: 1_790_172_900,
    translationOf: 1,
    text: [paragraph('The bridge is closed for repair. Buses take the old bridge.')],
  },
];

/** The newsroom after `editions` of its three editions; `last` takes the place of the third one's story. */
export function goldenNewsroom(editions: number, last: Story[] = THIRD): VectorNewsroom {
  const newsroom = new VectorNewsroom('golden', wellKnown());
  newsroom.publish({ time: 1_790_000_500, nextBy: 1_790_086_900, stories: FIRST });
  if (editions === 1) return newsroom;
  const tombstones = [{ index: 4, reason: 'person', replacement: null } as const];
  newsroom.publish({ time: 1_790_086_600, nextBy: null, stories: SECOND, tombstones });
  if (editions === 2) return newsroom;
  const rootPointers = [newsroom.rotate(1_790_100_000)];
  newsroom.publish({ time: 1_790_173_000, nextBy: 1_790_259_400, stories: last, rootPointers });
  return newsroom;
}

const WITHDRAWN = new Map<number, Reason>([[4, 'person']]);

/** What a reader of all but some records shows. `missing`: posts whose record did not arrive. */
function expectedOf(newsroom: VectorNewsroom, missing: readonly number[] = []): Expected {
  const { root, head, stories } = newsroom;
  const withdrawn = [...stories.keys()].filter((index) => newsroom.edition > 1 && WITHDRAWN.has(index));
  const posts = [...stories].map(([index, { text, ...record }]): ExpectedPost => {
    const replacedBy = [...stories].find(([, other]) => other.replaces === index)?.[0] ?? null;
    const gone = withdrawn.includes(index);
    const here = !gone && !missing.includes(index);
    const status = gone ? 'withdrawn' : !here ? 'missing' : replacedBy === null ? 'current' : 'corrected';
    const reason = gone ? WITHDRAWN.get(index)! : null;
    return {
      index,
      status,
      replacedBy,
      reason,
      record: here ? { ...BLANK, ...record } : null,
      text: here && text.length > 0 ? text : null,
    };
  });
  return {
    channelId: newsroom.channelId,
    name: root.name,
    lang: root.lang,
    rootVersion: root.version,
    logKey: formatVkey(newsroom.keys.log),
    size: newsroom.size,
    rootHash: encodeBase64(head!.root),
    signedAt: head!.signature.time,
    nextBy: newsroom.edition === 2 ? null : newsroom.edition === 1 ? 1_790_086_900 : 1_790_259_400,
    edition: newsroom.edition,
    posts,
    missing: posts.filter((post) => post.status === 'missing').map((post) => post.index),
    withdrawn,
  };
}

/** The accepted vectors; the first one is the base of most others. */
export function acceptedVectors(): Accepted[] {
  const [first, second, golden] = [1, 2, 3].map((editions) => goldenNewsroom(editions)) as [
    VectorNewsroom,
    VectorNewsroom,
    VectorNewsroom,
  ];
  const partial = new Map(golden.files);
  for (const path of golden.files.keys())
    if (holdsFirstHeadlines(path, partial.get(path)!, golden)) partial.delete(path);
  return [
    { name: 'golden', what: 'The whole channel.', files: golden.files, expected: expectedOf(golden) },
    { name: 'first', what: 'The channel after its first edition.', files: first.files, expected: expectedOf(first) },
    {
      name: 'second',
      what: 'The channel after its second edition, before the rotation.',
      files: second.files,
      expected: expectedOf(second),
    },
    {
      name: 'partial',
      what: 'The whole channel without the headlines of its first edition: their posts are missing, not withdrawn.',
      files: partial,
      expected: expectedOf(golden, [0, 1, 2, 3, 5]),
    },
    {
      name: 'forked',
      what: 'The whole channel, with two heads that contradict it, one that does not, and one that nobody can judge.',
      expected: expectedOf(golden),
      ...forked(golden),
    },
  ];
}

/** Of an earlier size and of its own, under another root hash; its own head; and one of a size that is not yet. */
function forked(newsroom: VectorNewsroom): Pick<Accepted, 'files' | 'evidence'> {
  const { size } = newsroom;
  const otherRoot = sha256(encodeUtf8('another history'));
  const notes = [3, size, size + 100].map((at) =>
    formatNote(noteOf(newsroom.sign(at, otherRoot, 1_790_260_000), newsroom.keys)),
  );
  const named = [...notes, newsroom.files.get('checkpoint')!].map((bytes): [string, Uint8Array] => [
    `fork/${contentId(bytes)}`,
    bytes,
  ]);
  return { files: new Map([...newsroom.files, ...named]), evidence: [named[0]![0], named[1]![0]].sort() };
}

/** The head, which has all headlines of so small a channel, entries, tiles, and the pack of edition 1. */
function holdsFirstHeadlines(path: string, bytes: Uint8Array, newsroom: VectorNewsroom): boolean {
  if (path === 'head' || path.startsWith('tile/')) return true;
  return path.startsWith('pack/') && indexOf(bytes, newsroom.entry(4)) >= 0;
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = 0; at + part.length <= bytes.length; at++)
    if (part.every((octet, i) => bytes[at + i] === octet)) return at;
  return -1;
}
