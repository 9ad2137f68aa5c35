/** Going through a page with the keyboard, as somebody does who has no mouse and looks where she is. */
import type { Tab } from './tab.ts';

const STEPS_MAX = 60;

interface Stop {
  what: string;
  isThere: boolean;
  /** Null: nothing is wrong with it. */
  fault: string | null;
}

/** Where the focus is now, against where it was. The browser's own picker of files is not seen; what stands for it is. */
const stop = (selector: string, isBack: boolean): string => `(() => {
  const focused = document.activeElement;
  const seen = focused.type === 'file' ? focused.nextElementSibling : focused;
  const before = globalThis.focusedBefore;
  globalThis.focusedBefore = focused;
  const { outlineStyle, outlineWidth } = getComputedStyle(seen);
  const { left, width, top, height } = seen.getClientRects()[0] ?? { left: 0, width: 0, top: 0, height: 0 };
  const onTop = document.elementFromPoint(left + width / 2, top + height / 2);
  const wanted = Node.DOCUMENT_POSITION_${isBack ? 'PRECEDING' : 'FOLLOWING'};
  const isAstray = before?.isConnected && !(before.compareDocumentPosition(focused) & wanted);
  return {
    what: focused.outerHTML.slice(0, 100),
    isThere: focused.matches(${JSON.stringify(selector)}),
    fault: focused === document.body ? 'nothing has the focus'
      : outlineStyle === 'none' || parseFloat(outlineWidth) < 2 ? 'no outline'
      : !seen.contains(onTop) ? 'out of sight'
      : isAstray ? 'astray, after ' + before.outerHTML.slice(0, 100)
      : null,
  };
})()`;

/** Presses Tab, or Shift and Tab, until the focus is on what fits. @throws Error when a step is unseen or astray. */
export async function walkTo(tab: Tab, selector: string, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  await tab.evaluate('void (globalThis.focusedBefore = null)');
  for (let i = 0; i < STEPS_MAX; i++) {
    await tab.press(key);
    const { what, isThere, fault } = await tab.evaluate<Stop>(stop(selector, key !== 'Tab'));
    if (fault) throw new Error(`${tab.engine}, on the way to ${selector}: ${fault}: ${what}`);
    if (isThere) return;
  }
  throw new Error(`${tab.engine}: ${selector} was not reached`);
}

/** Goes there and presses Enter. */
export async function enter(tab: Tab, selector: string): Promise<void> {
  await walkTo(tab, selector);
  await tab.press('Enter');
}

/** Letters of the lower case, digits and spaces. */
export async function type(tab: Tab, text: string): Promise<void> {
  for (const key of text) await tab.press(key);
}
