/** A newsroom with demonstration news. They are invented, of a town that does not exist. */
import { Newsroom, importSource } from '@pappus/newsroom';

const DEMO = new URL('../pappus/demo', import.meta.url).pathname;

/** Publishes three editions in the new folder `channel`; gives the channel id. */
export async function makeDemo(channel: string, lang = 'fa'): Promise<string> {
  const newsroom = await Newsroom.create(channel, {
    name: 'پیک نارون · The Naroon Courier',
    lang,
    rootKeys: 3,
    threshold: 2,
    passphrase: 'only for the demonstration',
    mirrors: [],
  });
  const { drafts } = await importSource(DEMO);
  const byDate = drafts.toSorted((a, b) => (a.date ?? 0) - (b.date ?? 0));
  await newsroom.addDrafts(byDate.slice(0, 5));
  await newsroom.publish();
  await newsroom.addDrafts(byDate.slice(5));
  await newsroom.publish({ nextWithin: 86_400 });
  const index = byDate.findIndex((draft) => draft.lang === 'en' && draft.tags.includes('sport'));
  const title = 'Rowing club wins the river cup by the width of a hand';
  await newsroom.correct(index, (draft) => ({ ...draft, title }), { nextWithin: 86_400 });
  const { channelId } = newsroom.identity;
  newsroom.close();
  return channelId;
}
