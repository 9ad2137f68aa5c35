/** A post as a long-form event (NIP-23), before it is signed. */
import type { EventTemplate } from 'nostr-tools/pure';

export interface NostrPost {
  name: string;
  title: string;
  summary: string;
  text: string;
  /** Seconds since 1970. */
  date: number;
}

export function nostrTemplate({ name, title, summary, text, date }: NostrPost): EventTemplate {
  const tags = [
    ['d', name],
    ['title', title],
    ['summary', summary],
    ['published_at', String(date)],
  ];
  return { kind: 30_023, created_at: date, tags, content: text };
}
