/** The screen "pass on": how much, in which form, and away with it. */
import { elementOf, nodesOf } from './dom.ts';
import { own, type Page } from './page.ts';
import { PassOn, type Choice, type Form } from './pass-on.ts';
import { pick } from './pick.ts';
import { fill, sizeOf } from './say.ts';
import { staticBody } from './static-body.ts';
import { h, type Child } from './tree.ts';

const TYPES: Record<Form, string> = { html: 'text/html', zip: 'application/zip' };
const CHOICES: Choice[] = ['headlines', 'texts', 'all'];
/** Browsers within other programs say that they save, and do not. */
const isWithinProgram = (): boolean => 'TelegramWebview' in globalThis || /; wv\)/.test(navigator.userAgent);

/** The screen "pass on". */
export function passScreen(page: Page): Child[] {
  const { words, shell } = page;
  const place = elementOf(h('div'));
  const body = (library: Page['library']): string => staticBody(library, words);
  void shell.parts().then((parts) => {
    if (typeof parts === 'string') place.append(parts);
    else place.append(...nodesOf(chooser(page, new PassOn(page.library, { ...parts, ...own(words), body }))));
  });
  return [h('h2', null, words.passOn), h('p', { class: 'warning' }, words.passRisk), place];
}

function chooser({ words, say }: Page, passOn: PassOn): Child[] {
  const labels = { headlines: words.headlines, texts: words.newestTexts, all: words.everything };
  const sizes = CHOICES.map(() => elementOf(h('small')));
  let choice: Choice = 'texts';
  let form: Form = 'html';
  const file = (): File => {
    const bytes = passOn.write(passOn.files(choice), form);
    return new File([bytes], passOn.fileName(form), { type: TYPES[form] });
  };
  const weigh = (picked: Form): void => {
    form = picked;
    CHOICES.forEach((value, i) => {
      sizes[i]!.textContent = sizeOf(passOn.sizeBytes(passOn.files(value), form), words.lang);
    });
  };
  const options = CHOICES.map((value, i) => [value, [h('span', null, labels[value]), sizes[i]!]] as const);
  return [
    h('h3', null, words.howMuch),
    pick(Object.fromEntries(options) as unknown as Record<Choice, Child>, choice, {
      picked: (c) => (choice = c),
      tall: true,
    }),
    h('h3', null, words.whichForm),
    pick<Form>({ html: h('span', null, words.asPage), zip: h('span', null, words.asZip) }, form, {
      picked: weigh,
      tall: true,
    }),
    h(
      'p',
      { class: 'choices' },
      canShare() && h('button', { class: 'main', onclick: () => void share(file()) }, words.share),
      h('button', { class: 'main', onclick: () => say(save(file(), words)) }, words.save),
    ),
  ];
}

function canShare(): boolean {
  const probe = new File(['.'], 'news.html', { type: TYPES.html });
  return 'canShare' in navigator && navigator.canShare({ files: [probe] });
}

/** Whoever closes the sheet has changed her mind: nothing is to be said. */
async function share(file: File): Promise<void> {
  await navigator.share({ files: [file] }).catch(() => {});
}

/** Gives what to say. */
function save(file: File, words: Page['words']): string {
  if (isWithinProgram()) return words.savedNot;
  const url = URL.createObjectURL(file);
  elementOf(h('a', { href: url, download: file.name })).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return fill(words.saved, words, { name: file.name });
}
