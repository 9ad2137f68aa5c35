/** One post: its words, who answers for them, and what became of it. */
import { latestOf, postOf, type PostRecord, type PostReport } from '@pappus/core';
import { blocks, link, plainText } from './blocks.ts';
import { changes } from './changes.ts';
import { elementOf, nodesOf } from './dom.ts';
import { canListen, listen } from './listen.ts';
import { Media, type Medium } from './media.ts';
import { own, type Page } from './page.ts';
import { day, fill, languageName, localeOf } from './say.ts';
import { h, type Child } from './tree.ts';

/** The screen of the post at an index of the log. */
export function postScreen(index: number, page: Page): Child[] {
  const { library, words } = page;
  const post = postOf(library, index);
  if (post.record) page.shell.opened?.(index);
  const latest = post.status === 'withdrawn' ? (post.replacedBy ?? index) : latestOf(library, index);
  const warnings = [
    post.status === 'missing' && words.textMissing,
    post.status === 'withdrawn' && words.withdrawn[post.reason ?? 'unstated'],
    post.status === 'corrected' && words.corrected,
  ];
  const signedBy = h('span', { class: 'good' }, fill(words.signedBy, words, { name: page.report.name }));
  return [
    warnings.map((warning) => warning && h('p', { class: 'warning' }, warning)),
    latest !== index && h('p', { class: 'step' }, h('a', { href: `#post-${latest}` }, words.readInstead)),
    post.record && article(post, page),
    post.record && h('p', { class: 'state' }, h('a', { href: '#how' }, signedBy)),
  ];
}

function article(post: PostReport, page: Page): Child {
  const { words, library } = page;
  const { title, summary, lang, rtl, link: original, layers } = post.record!;
  const text = library.text(post.index);
  const media = new Media(library);
  page.whenLeft(() => media.close());
  const figure = (layer: number, alt: string): Child => shown(media.of(post.index, layer), alt);
  return h(
    'article',
    { lang: localeOf(lang), dir: rtl ? 'rtl' : 'ltr' },
    h('h2', null, title),
    facts(post, page),
    translations(post, page),
    page.shell.later?.button(post),
    text && listening(plainText(text), post, page),
    summary && h('p', { class: 'summary' }, summary),
    text && blocks(text, { figure }),
    !text && layers.length > 0 && h('p', { ...own(words), class: 'warning' }, words.textMissing),
    tags(post, page),
    whatChanged(post, page),
    /^https?:/i.test(original) && h('p', { ...own(words), class: 'step' }, link(original, words.original)),
  );
}

function shown(medium: Medium | null, alt: string): Child {
  if (medium?.kind === 'sound') return h('audio', { src: medium.url, controls: true, 'aria-label': alt });
  const { url, width, height } = medium ?? {};
  return url && h('img', { src: url, alt, width, height, decoding: 'async' });
}

/** Where this device has a voice of its own for the language. */
function listening(paragraphs: string[], { record }: PostReport, { words, whenLeft }: Page): Child {
  const { title, summary, lang } = record!;
  if (!canListen(lang)) return null;
  let stop: (() => void) | null = null;
  const button = elementOf(h('button', { onclick: () => (stop ? stop() : start()) }, words.listen));
  const start = (): void => {
    stop = listen([title, summary, ...paragraphs].filter(Boolean), lang, (paragraph) => {
      if (paragraph === null) stop = null;
      button.textContent = paragraph === null ? words.listen : words.stop;
    });
  };
  whenLeft(() => stop?.());
  return h('p', { ...own(words), class: 'choices' }, button);
}

function facts({ record }: PostReport, { words }: Page): Child {
  const { byline, date, lang, replaces } = record!;
  return h(
    'p',
    { class: 'facts' },
    byline && h('bdi', null, byline),
    ' ',
    date !== null && h('bdi', null, day(date, lang)),
    replaces !== null && h('bdi', { ...own(words), class: 'care' }, words.correction),
  );
}

/** The same story in other languages, by their own names. */
function translations({ index, record }: PostReport, { posts, words }: Page): Child {
  const story = record!.translationOf ?? index;
  const others = posts.filter(
    (other) =>
      other.index !== index &&
      other.record &&
      other.status !== 'corrected' &&
      (other.index === story || other.record.translationOf === story),
  );
  if (others.length === 0) return null;
  const links = others.map(({ index: at, record: other }) =>
    h('a', { href: `#post-${at}`, lang: localeOf(other!.lang) }, languageName(other!.lang)),
  );
  return h('p', { ...own(words), class: 'choices', 'aria-label': words.versions }, links);
}

function tags({ record }: PostReport, { words }: Page): Child {
  const links = record!.tags.map((tag) =>
    h('a', { href: `#tag-${encodeURIComponent(tag)}`, dir: 'auto', title: fill(words.tagged, words, { tag }) }, tag),
  );
  return links.length > 0 && h('p', { class: 'choices' }, links);
}

/** Against what it corrects, once somebody asks. */
function whatChanged({ index, record }: PostReport, { library, words }: Page): Child {
  const before = record!.replaces === null ? null : library.contents.posts.record(record!.replaces);
  if (!before) return null;
  const linesOf = ({ title, summary }: PostRecord, at: number): string[] => [
    title,
    summary,
    ...plainText(library.text(at) ?? []),
  ];
  const drawn = elementOf(h('p', { class: 'changes', dir: 'auto' }));
  const draw = (): void => {
    const runs = changes(linesOf(before, record!.replaces!), linesOf(record!, index));
    const tags = { same: 'span', removed: 'del', added: 'ins' };
    drawn.replaceChildren(...nodesOf(runs.map(({ kind, text }) => h(tags[kind], null, text))));
  };
  return h('details', { ontoggle: draw }, h('summary', own(words), words.whatChanged), drawn);
}
