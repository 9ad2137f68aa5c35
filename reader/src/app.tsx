/** What the page shows of a library: whose it is, how whole, how old; headlines; one post. */
import {
  describeLibrary,
  latestOf,
  postOf,
  postsOf,
  type Library,
  type LibraryReport,
  type Outcome,
  type PostReport,
} from '@pappus/core';
import { useEffect, useState } from 'preact/hooks';
import { Blocks, Link } from './blocks.tsx';
import { ago, day, fill } from './say.ts';
import type { Words } from './words/words.ts';

export interface Verdict {
  path: string;
  outcome: Outcome;
}

interface AppProps {
  library: Library;
  verdicts: readonly Verdict[];
  words: Words;
  /** Seconds since 1970. */
  now: number;
}

/** Not a middle dot: beside Persian digits it reads as a zero. */
const FACTS_GAP = ' | ';

const ADDRESS = /^#post-(\d{1,15})$/;

function postInAddress(): number | null {
  const match = ADDRESS.exec(location.hash);
  return match ? Number(match[1]) : null;
}

export function App(props: AppProps) {
  const [open, setOpen] = useState(postInAddress());
  useEffect(() => {
    const follow = (): void => {
      setOpen(postInAddress());
      scrollTo(0, 0);
    };
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  const report = describeLibrary(props.library);
  if (!report) return <Faults {...props} />;
  const posts = [...postsOf(props.library)];
  return (
    <>
      <Header report={report} posts={posts} {...props} />
      {open === null ? <Headlines posts={posts} words={props.words} /> : <Post index={open} {...props} />}
      <HowIKnow report={report} {...props} />
    </>
  );
}

function Header({ report, posts, words, now }: AppProps & { report: LibraryReport; posts: readonly PostReport[] }) {
  const expected = posts.filter((p) => p.status !== 'withdrawn');
  const here = expected.filter((p) => p.status === 'current' || p.status === 'corrected').length;
  const headlines = expected.filter((p) => p.status === 'headline').length;
  const missing = expected.length - here - headlines;
  const { signedAt, nextBy } = report;
  const facts = [
    fill(words.signedBy, words, { name: report.name }),
    fill(words.posts, words, { here, all: expected.length }),
    ...(signedAt === null ? [] : [fill(words.signed, words, { ago: ago(signedAt, now, words.lang) })]),
  ];
  return (
    <header>
      <h1 dir="auto">{report.name}</h1>
      <p class={missing + headlines > 0 ? 'state partial' : 'state whole'} role="status">
        {signedAt === null ? words.unsigned : facts.join(FACTS_GAP)}
      </p>
      {nextBy !== null && nextBy < now && (
        <p class="warning">{fill(words.overdue, words, { ago: ago(nextBy, now, words.lang) })}</p>
      )}
      {headlines > 0 && <p class="hint">{fill(words.headlinesOnly, words, { count: headlines })}</p>}
      {missing > 0 && <p class="hint">{fill(words.missing, words, { count: missing })}</p>}
      {report.evidence.length > 0 && <p class="warning">{words.evidence}</p>}
    </header>
  );
}

function Headlines({ posts, words }: { posts: readonly PostReport[]; words: Words }) {
  const newest = posts.filter((p) => p.status !== 'corrected' && p.status !== 'missing').reverse();
  return (
    <main>
      <ol class="headlines">
        {newest.map((post) => (
          <li key={post.index}>
            <Headline post={post} words={words} />
          </li>
        ))}
      </ol>
    </main>
  );
}

function Headline({ post: { index, record, status }, words }: { post: PostReport; words: Words }) {
  if (!record) return <a href={`#post-${index}`} class="gone">{words.withdrawnTitle}</a>;
  return (
    <a href={`#post-${index}`} lang={record.lang} dir={record.rtl ? 'rtl' : 'ltr'}>
      <strong>{record.title}</strong>
      {record.summary && <span>{record.summary}</span>}
      <small>
        {record.date !== null && day(record.date, record.lang)}
        {status === 'headline' && <bdi lang={words.lang}> · {words.textMissing}</bdi>}
      </small>
    </a>
  );
}

function Post({ index, library, words }: AppProps & { index: number }) {
  const post = postOf(library, index);
  const latest = post.status === 'withdrawn' ? (post.replacedBy ?? index) : latestOf(library, index);
  return (
    <main>
      <p>
        <a href="#">{words.back}</a>
      </p>
      {post.status === 'withdrawn' && <p class="warning">{words.withdrawn[post.reason ?? 'unstated']}</p>}
      {post.status === 'corrected' && <p class="warning">{words.corrected}</p>}
      {latest !== index && (
        <p>
          <a href={`#post-${latest}`}>{words.readInstead}</a>
        </p>
      )}
      {post.record && <Article post={post} library={library} words={words} />}
    </main>
  );
}

function Article({ post: { index, record }, library, words }: { post: PostReport; library: Library; words: Words }) {
  const { title, summary, lang, rtl, byline, date, link, replaces, layers } = record!;
  const text = library.text(index);
  const web = /^https?:/i.test(link);
  return (
    <article lang={lang} dir={rtl ? 'rtl' : 'ltr'}>
      <h2>{title}</h2>
      <p class="credit">
        {byline && <bdi>{byline}</bdi>} {date !== null && <bdi>{day(date, lang)}</bdi>}
      </p>
      {replaces !== null && <p class="hint" lang={words.lang} dir={words.dir}>{words.correction}</p>}
      {summary && <p class="summary">{summary}</p>}
      {text && <Blocks blocks={text} />}
      {!text && layers.length > 0 && <p class="hint" lang={words.lang} dir={words.dir}>{words.textMissing}</p>}
      {web && (
        <p>
          <Link url={link}>
            <bdi lang={words.lang}>{words.original}</bdi>
          </Link>
        </p>
      )}
    </article>
  );
}

function HowIKnow({ report, verdicts, words, library }: AppProps & { report: LibraryReport }) {
  return (
    <details>
      <summary>{words.howIKnow}</summary>
      <p>{words.proves}</p>
      <dl>
        <dt>{words.channelId}</dt>
        <dd dir="ltr" class="code">{report.channelId.replace(/.{4}(?=.)/g, '$& ')}</dd>
        <dt>{words.edition}</dt>
        <dd>{report.edition === null ? '–' : fill('{edition}', words, { edition: report.edition })}</dd>
        <dt>{words.entries}</dt>
        <dd>{fill('{size}', words, { size: report.size })}</dd>
      </dl>
      {report.evidence.map(({ held, other }) => (
        <pre dir="ltr">{`${held}\n${other}`}</pre>
      ))}
      <Faults verdicts={verdicts} words={words} library={library} now={0} />
    </details>
  );
}

function Faults({ verdicts, words }: AppProps) {
  const faults = verdicts.flatMap(({ path, outcome }) => (outcome.status === 'refused' ? [{ path, code: outcome.code }] : []));
  if (faults.length === 0) return null;
  return (
    <>
      <p class="warning">{words.leftOut}</p>
      <ul>
        {faults.map(({ path, code }) => (
          <li>
            {words.refusals[code]} <bdi class="code">{path}</bdi>
          </li>
        ))}
      </ul>
    </>
  );
}
