/** Words filled in, numbers and dates in the reader's own script. */
import type { Words } from './words/words.ts';

/** `{name}` in a sentence becomes the value of `name`; numbers in the digits of the language. */
export function fill(sentence: string, words: Words, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => values[name]!.toLocaleString(words.lang));
}

/** By language: a format is slow to make, and a list has many days. */
const days = new Map<string, Intl.DateTimeFormat>();

/** The day of a post in the calendar of its language, for instance Jalali in Persian. Seconds since 1970. */
export function day(seconds: number, lang: string): string {
  const format = days.get(lang) ?? new Intl.DateTimeFormat(localeOf(lang), { dateStyle: 'long' });
  days.set(lang, format);
  return format.format(seconds * 1000);
}

/** "3 days ago" in words of the language. Both in seconds. */
export function ago(then: number, now: number, lang: string): string {
  const format = new Intl.RelativeTimeFormat(localeOf(lang), { numeric: 'auto' });
  const seconds = then - now;
  const units: [Intl.RelativeTimeFormatUnit, number][] = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ];
  for (const [unit, length] of units)
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  return format.format(0, 'minute');
}

/** A tag from a record may be malformed: then nothing is said of the language. */
export function localeOf(lang: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(lang)[0];
  } catch {
    return undefined;
  }
}

/** A language by its own name, for instance `فارسی`; its tag where the platform knows no name. */
export function languageName(tag: string): string {
  const locale = localeOf(tag);
  return (locale && new Intl.DisplayNames([locale], { type: 'language' }).of(locale)) ?? tag;
}

/** Letters to compare with others, four at a time. */
export function inFours(letters: string): string {
  return letters.replace(/.{4}(?=.)/g, '$& ');
}

/** Octets as a person says them: `12 kB`, `1.3 MB`, in the digits of the language. */
export function sizeOf(bytes: number, lang: string): string {
  const isLarge = bytes >= 1e6;
  const unit = isLarge ? 'megabyte' : 'kilobyte';
  const format = new Intl.NumberFormat(localeOf(lang), { style: 'unit', unit, maximumFractionDigits: isLarge ? 1 : 0 });
  return format.format(Math.max(bytes / (isLarge ? 1e6 : 1e3), 1));
}
