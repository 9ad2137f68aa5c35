/** Reads a text aloud with a voice of this device. A network voice is never used: it would send the text away. */

/** Whether `listen` would speak. It may change when `speechSynthesis` says `voiceschanged`. */
export function canListen(lang: string): boolean {
  return localVoice(lang) !== null;
}

/**
 * Speaks one paragraph after the other in `lang` (BCP 47); null where no voice of the device speaks it.
 * `progress` hears the number of the paragraph that begins, from 0, and null once at the end, however it came.
 * What is given back stops it.
 */
export function listen(
  paragraphs: readonly string[],
  lang: string,
  progress: (paragraph: number | null) => void,
): (() => void) | null {
  if (!canListen(lang)) return null;
  let utterance: SpeechSynthesisUtterance | null = null; // kept here: engines forget the events of one that nobody holds
  let isOver = false;
  const stop = (): void => {
    if (isOver) return;
    isOver = true;
    speechSynthesis.cancel();
    progress(null);
  };
  const speak = (paragraph: number): void => {
    const voice = localVoice(lang); // voices come and go, and without one a platform takes any
    if (isOver) return;
    if (!voice || paragraph >= paragraphs.length) return stop();
    utterance = new SpeechSynthesisUtterance(paragraphs[paragraph]);
    utterance.voice = voice;
    utterance.lang = voice.lang;
    utterance.addEventListener('end', () => speak(paragraph + 1));
    utterance.addEventListener('error', stop);
    progress(paragraph);
    speechSynthesis.speak(utterance);
  };
  speak(0);
  return stop;
}

/** The voice of just this tag if there is one, else one of its language. */
function localVoice(lang: string): SpeechSynthesisVoice | null {
  const own = globalThis.speechSynthesis?.getVoices().filter((voice) => voice.localService) ?? [];
  const tag = tagOf(lang);
  const [language] = tag.split('-');
  return (
    own.find((voice) => tagOf(voice.lang) === tag) ??
    own.find((voice) => tagOf(voice.lang).split('-')[0] === language) ??
    null
  );
}

/** Android writes `fa_IR`. */
function tagOf(lang: string): string {
  return lang.toLowerCase().replaceAll('_', '-');
}
