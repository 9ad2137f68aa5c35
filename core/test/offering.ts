/** A reference channel and what a library shows of it, for tests that offer it files. */
import { Library, inOfferOrder, postsOf, treePath, type Outcome, type TreeFile } from '../src/index.ts';
import { TestNewsroom, type Story } from './newsroom.ts';

export const STORIES: Story[] = [
  { title: 'Bridge closed', summary: 'Until May.', text: ['The bridge is closed.', 'Work lasts until May.'] },
  { title: 'پل بسته شد', lang: 'fa', text: ['پل تا اردیبهشت بسته است.'] },
];

export function reference(): TestNewsroom {
  const newsroom = new TestNewsroom('reference', 1, 1);
  newsroom.publish({ stories: STORIES });
  newsroom.publish({ stories: [{ title: 'Market opens', text: ['Ten stalls.'] }] });
  return newsroom;
}

export function filesOf(newsroom: TestNewsroom): TreeFile[] {
  return inOfferOrder([...newsroom.files].map(([path, bytes]) => ({ path: treePath(path), bytes })));
}

export function libraryWith(newsroom: TestNewsroom, without: (path: string) => boolean = () => false): Library {
  const library = new Library({ channelId: newsroom.channelId });
  for (const { path, bytes } of filesOf(newsroom)) if (!without(path)) library.offer(path, bytes);
  return library;
}

/** Everything that a reader would be shown. */
export function shown(library: Library): unknown[] {
  return [...postsOf(library)].flatMap(({ index, record, status }) => {
    return record ? [{ index, status, title: record.title, summary: record.summary, text: library.text(index) }] : [];
  });
}

export const codeOf = (outcome: Outcome): string => (outcome.status === 'refused' ? outcome.code : outcome.status);
