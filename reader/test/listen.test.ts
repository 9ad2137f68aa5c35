import { afterEach, expect, test, vi } from 'vitest';
import { canListen, listen } from '../src/listen.ts';

class Utterance extends EventTarget {
  voice: SpeechSynthesisVoice | null = null;
  lang = '';
  readonly text: string;

  constructor(text: string) {
    super();
    this.text = text;
  }

  becomes(event: 'end' | 'error'): void {
    this.dispatchEvent(new Event(event));
  }
}

/** A platform that keeps what it is to say until the test says that it has. */
class Platform {
  voices: { lang: string; localService: boolean }[];
  said: Utterance[] = [];
  cancelled = 0;

  constructor(...voices: [lang: string, localService: boolean][]) {
    this.voices = voices.map(([lang, localService]) => ({ lang, localService }));
    vi.stubGlobal('speechSynthesis', this);
    vi.stubGlobal('SpeechSynthesisUtterance', Utterance);
  }

  getVoices = (): unknown[] => this.voices;
  speak = (utterance: Utterance): void => void this.said.push(utterance);
  /** As engines do: what was being said ends with an error. */
  cancel = (): void => {
    this.cancelled++;
    this.said.at(-1)?.becomes('error');
  };
}

afterEach(() => void vi.unstubAllGlobals());

test('speaks one paragraph after the other, and tells where it is', () => {
  const platform = new Platform(['en-US', true], ['fa-IR', true]);
  const heard: (number | null)[] = [];
  expect(listen(['یک', 'دو'], 'fa', (at) => heard.push(at))).not.toBeNull();
  expect(platform.said.map(({ text }) => text)).toEqual(['یک']);
  platform.said[0]!.becomes('end');
  platform.said[1]!.becomes('end');
  expect(platform.said.map(({ text, lang, voice }) => [text, lang, voice])).toEqual([
    ['یک', 'fa-IR', platform.voices[1]],
    ['دو', 'fa-IR', platform.voices[1]],
  ]);
  expect(heard).toEqual([0, 1, null]);
});

test('stops once, whoever stops it', () => {
  const platform = new Platform(['ru', true]);
  const heard: (number | null)[] = [];
  const stop = listen(['а', 'б'], 'ru-RU', (at) => heard.push(at))!;
  stop();
  stop();
  platform.said[0]!.becomes('end');
  expect([heard, platform.said.length, platform.cancelled]).toEqual([[0, null], 1, 1]);
});

test('ends where the platform fails', () => {
  const platform = new Platform(['ru', true]);
  const heard: (number | null)[] = [];
  listen(['а', 'б'], 'ru', (at) => heard.push(at));
  platform.said[0]!.becomes('error');
  expect([heard, platform.said.length]).toEqual([[0, null], 1]);
});

test.each<[string, ...[string, boolean][]]>([
  ['fa', ['fa-IR', false]],
  ['fa', ['fa-IR', false], ['en-US', true]],
  ['fa', ['fax', true]],
  ['fa'],
])('%s with %j is not spoken: no voice of the device knows it', (lang, ...voices) => {
  const platform = new Platform(...voices);
  expect(canListen(lang)).toBe(false);
  expect(listen(['یک'], lang, () => {})).toBeNull();
  expect(platform.said).toEqual([]);
});

test.each([
  ['fa-AF', 'fa_AF'],
  ['fa', 'fa-IR'],
  ['zh-Hant-TW', 'zh-CN'],
])('of a network voice and one of the device the latter speaks %s', (lang, own) => {
  const platform = new Platform([lang, false], ['de', true], [own, true]);
  listen(['یک'], lang, () => {});
  expect(platform.said.map(({ voice }) => voice)).toEqual([platform.voices[2]]);
});

test('a voice that goes while it speaks is not replaced by one of the network', () => {
  const platform = new Platform(['fa', true], ['fa-IR', false]);
  const heard: (number | null)[] = [];
  listen(['یک', 'دو'], 'fa', (at) => heard.push(at));
  platform.voices.shift();
  platform.said[0]!.becomes('end');
  expect([heard, platform.said.length]).toEqual([[0, null], 1]);
});

test('is not offered where the platform does not speak at all', () => {
  expect(canListen('fa')).toBe(false);
});
