/** What the page shows of a library: whose it is, how whole, how old; headlines; one post. */
import {
  describeLibrary,
  latestOf,
  postOf,
  postsOf,
  type Library,
  type LibraryReport,
  type PostReport,
  type RefusalCode,
} from '@pappus/core';
import { Fragment, h, render } from 'preact';
import { Blocks, Link } from './blocks.tsx';
import { ago, day, fill } from './say.ts';
import { factsOf, listed, standingOf } from './standing.ts';
import type { Words } from './words/words.ts';

/** A file that was left out. */
export interface Fault {
  path: string;
  code: RefusalCode;
}

interface AppProps {
  library: Library;
  faults: readonly Fault[];
  words: Words;
  /** Seconds since 1970. */
  now: number;
  /** The post that is shown; null for the list. */
  open: number | null;
}

const ADDRESS = /^#post-(\d{1,15})$/;

function postInAddress(): number | null {
  const match = ADDRESS.exec(location.hash);
  return match ? Number(match[1]) : null;
}

/** Draws the page in `place`, and again whenever the address names another post. Focus goes where the eye goes. */
export function show(props: Omit<AppProps, 'open'>, place: HTMLElement): void {
  let open = postInAddress();
  const draw = (): void => render(<App open={open} {...props} />, place);
  addEventListener('hashchange', () => {
    const left = open;
    open = postInAddress();
    if (open === left) return;
    draw();
    place.querySelector<HTMLElement>(open === null ? `[href="#post-${left}"]` : 'main')?.focus();
    if (open !== null) scrollTo(0, 0);
  });
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && open !== null) location.hash = '';
  });
  draw();
}

function App(props: AppProps) {
  const { library, open, words } = props;
  const report = describeLibrary(library);
  if (!report) return <Faults {...props} />;
  const posts = [...postsOf(library)];
  return (
    <Fragment>
      <Header report={report} posts={posts} {...props} />
      {open === null ? <Headlines posts={posts} words={words} /> : <Post index={open} {...props} />}
      <HowIKnow report={report} {...props} />
    </Fragment>
  );
}

function Header({ report, posts, words, now }: AppProps & { report: LibraryReport; posts: readonly PostReport[] }) {
  const { whole, count, gaps } = standingOf(posts, words);
  const { name, signedAt, nextBy, evidence } = report;
  return (
    <header>
      <h1>
        <bdi>{name}</bdi>
      </h1>
      {signedAt === null ? (
        <p class="state care" role="status">
          {words.unsigned}
        </p>
      ) : (
        <p class="state" role="status">
          <span class={evidence.length > 0 ? 'care' : 'good'}>{fill(words.signedBy, words, { name })}</span>{' '}
          <span class={whole ? '' : 'care'}>{count}</span>{' '}
          <span>{fill(words.signed, words, { ago: ago(signedAt, now, words.lang) })}</span>
        </p>
      )}
      {gaps.map((gap) => (
        <p class="hint">{gap}</p>
      ))}
      {nextBy !== null && nextBy < now && (
        <p class="warning">{fill(words.overdue, words, { ago: ago(nextBy, now, words.lang) })}</p>
      )}
      {evidence.length > 0 && <p class="warning">{words.evidence}</p>}
    </header>
  );
}

function Headlines({ posts, words }: { posts: readonly PostReport[]; words: Words }) {
  return (
    <main tabIndex={-1}>
      <ol class="headlines">
        {listed(posts).map((post) => (
          <Headline key={post.index} post={post} words={words} />
        ))}
      </ol>
    </main>
  );
}

function Headline({ post, words }: { post: PostReport; words: Words }) {
  const { index, record } = post;
  const address = `#post-${index}`;
  if (!record)
    return (
      <li>
        <a href={address} class="gone">
          {words.withdrawnTitle}
        </a>
      </li>
    );
  const { date, notes } = factsOf(post, words);
  return (
    <li lang={record.lang} dir={record.rtl ? 'rtl' : 'ltr'}>
      <a href={address}>
        <strong>{record.title}</strong>
        {record.summary && <span>{record.summary}</span>}
        <small>
          {date && <bdi>{date}</bdi>}{' '}
          {notes.map((note) => (
            <bdi lang={words.lang} class="care">
              {note}
            </bdi>
          ))}
        </small>
      </a>
    </li>
  );
}

function Post({ index, library, words }: AppProps & { index: number }) {
  const post = postOf(library, index);
  const latest = post.status === 'withdrawn' ? (post.replacedBy ?? index) : latestOf(library, index);
  return (
    <main tabIndex={-1}>
      <p class="step back">
        <a href="#">{words.back}</a>
      </p>
      {post.status === 'missing' && <p class="warning">{words.textMissing}</p>}
      {post.status === 'withdrawn' && <p class="warning">{words.withdrawn[post.reason ?? 'unstated']}</p>}
      {post.status === 'corrected' && <p class="warning">{words.corrected}</p>}
      {latest !== index && (
        <p class="step">
          <a href={`#post-${latest}`}>{words.readInstead}</a>
        </p>
      )}
      {post.record && <Article post={post} library={library} words={words} />}
    </main>
  );
}

function Article({ post: { index, record }, library, words }: { post: PostReport; library: Library; words: Words }) {
  const { title, summary, lang, rtl, byline, tags, date, link, replaces, layers } = record!;
  const text = library.text(index);
  const own = { lang: words.lang, dir: words.dir };
  return (
    <article lang={lang} dir={rtl ? 'rtl' : 'ltr'}>
      <h2>{title}</h2>
      <p class="facts">
        {byline && <bdi>{byline}</bdi>} {date !== null && <bdi>{day(date, lang)}</bdi>}
        {replaces !== null && (
          <bdi class="care" {...own}>
            {words.correction}
          </bdi>
        )}
      </p>
      {summary && <p class="summary">{summary}</p>}
      {text && <Blocks blocks={text} />}
      {!text && layers.length > 0 && (
        <p class="warning" {...own}>
          {words.textMissing}
        </p>
      )}
      {tags.length > 0 && <p class="facts">{tags.map((tag) => [<bdi>{tag}</bdi>, ' '])}</p>}
      {/^https?:/i.test(link) && (
        <p class="step" {...own}>
          <Link url={link}>{words.original}</Link>
        </p>
      )}
    </article>
  );
}

function HowIKnow({ report, faults, words }: AppProps & { report: LibraryReport }) {
  return (
    <details>
      <summary>{words.howIKnow}</summary>
      <p>{words.proves}</p>
      <dl>
        <dt>{words.channelId}</dt>
        <dd>
          <bdi class="code">{report.channelId.replace(/.{4}(?=.)/g, '$& ')}</bdi>
        </dd>
        <dt>{words.edition}</dt>
        <dd>{report.edition === null ? '–' : report.edition.toLocaleString(words.lang)}</dd>
        <dt>{words.entries}</dt>
        <dd>{report.size.toLocaleString(words.lang)}</dd>
      </dl>
      {report.evidence.map(({ held, other }) => (
        <pre dir="ltr">{`${held}\n${other}`}</pre>
      ))}
      <Faults faults={faults} words={words} />
    </details>
  );
}

function Faults({ faults, words }: Pick<AppProps, 'faults' | 'words'>) {
  if (faults.length === 0) return null;
  return (
    <Fragment>
      <p class="warning">{words.leftOut}</p>
      <ul>
        {faults.map(({ path, code }) => (
          <li>
            {words.refusals[code]} <bdi class="code">{path}</bdi>
          </li>
        ))}
      </ul>
    </Fragment>
  );
}
