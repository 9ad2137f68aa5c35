/** One name for each element that feeds use, whatever prefix, namespace or letter case a feed writes it with. */
import { xmlElements, type XmlElement } from './xml.ts';

const PREFIXES: [prefix: string, ...spaces: string[]][] = [
  ['atom', 'http://www.w3.org/2005/atom', 'http://purl.org/atom/ns#'],
  [
    '',
    'http://purl.org/rss/1.0/',
    'http://my.netscape.com/rdf/simple/0.9/',
    'http://channel.netscape.com/rdf/simple/0.9/',
    'http://my.netscape.com/publish/formats/rss-0.91.dtd',
    'http://backend.userland.com/rss',
    'http://backend.userland.com/rss2',
    'http://backend.userland.com/rss091',
    'http://backend.userland.com/rss092',
    'http://blogs.law.harvard.edu/tech/rss',
    'http://purl.org/net/rss1.1#',
    'http://example.com/newformat#',
    'http://example.com/newformat#rss',
  ],
  ['rdf', 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'],
  ['dc', 'http://purl.org/dc/elements/1.1/', 'http://purl.org/dc/elements/1.0/'],
  ['dcterms', 'http://purl.org/dc/terms/'],
  ['content', 'http://purl.org/rss/1.0/modules/content/'],
  ['itunes', 'http://www.itunes.com/dtds/podcast-1.0.dtd'],
  ['media', 'http://search.yahoo.com/mrss/', 'http://search.yahoo.com/mrss'],
  ['feedburner', 'http://rssnamespace.org/feedburner/ext/1.0'],
  ['xhtml', 'http://www.w3.org/1999/xhtml'],
  ['wp', 'http://wordpress.org/export/1.0/', 'http://wordpress.org/export/1.1/', 'http://wordpress.org/export/1.2/'],
  [
    'excerpt',
    'http://wordpress.org/export/1.0/excerpt/',
    'http://wordpress.org/export/1.1/excerpt/',
    'http://wordpress.org/export/1.2/excerpt/',
  ],
  ['xlink', 'http://www.w3.org/1999/xlink'],
  ['svg', 'http://www.w3.org/2000/svg'],
  ['math', 'http://www.w3.org/1998/math/mathml'],
  ['thr', 'http://purl.org/syndication/thread/1.0'],
  ['georss', 'http://www.georss.org/georss'],
];
const BY_SPACE = new Map(
  PREFIXES.flatMap(([prefix, ...spaces]) => spaces.map((space) => [space.replace('https:', 'http:'), prefix] as const)),
);

/** Elements of one feed, by names such as `title`, `dc:creator`; the feed's own namespace has no prefix. */
export class FeedNames {
  readonly #own: string;

  constructor(root: XmlElement) {
    const prefix = prefixOf(root);
    this.#own = prefix === 'rdf' ? '' : prefix;
  }

  nameOf(element: XmlElement): string {
    const prefix = prefixOf(element);
    return prefix === '' || prefix === this.#own ? element.name : `${prefix}:${element.name}`;
  }

  /** The elements directly inside that have one of these names, in the order of the document. */
  all(parent: XmlElement, ...names: string[]): XmlElement[] {
    return xmlElements(parent).filter((child) => names.includes(this.nameOf(child)));
  }

  /** The first element of the first name that occurs. */
  first(parent: XmlElement, ...names: string[]): XmlElement | undefined {
    for (const name of names) {
      const [found] = this.all(parent, name);
      if (found) return found;
    }
    return undefined;
  }
}

/** The usual prefix of the element's namespace; the written one where the namespace is unknown or undeclared. */
function prefixOf(element: XmlElement): string {
  return BY_SPACE.get(element.space.replace('https:', 'http:')) ?? element.prefix;
}
