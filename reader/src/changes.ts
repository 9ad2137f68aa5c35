/** What a correction changed, by words. */

/** A stretch of text; paragraphs end with a newline. */
export interface Change {
  kind: 'same' | 'removed' | 'added';
  text: string;
}

/** Pairs of words, or of paragraphs, that are compared at most: some milliseconds, and 2 MB. */
const PAIRS_MAX = 2 ** 20;
/** A word with the spaces after it; a letter where a script has no spaces. */
const WORDS = /\n|[\u3040-\u9fff]|[^\s\u3040-\u9fff]*[^\S\n]+|[^\s\u3040-\u9fff]+/g;
const PARAGRAPHS = /\n|[^\n]+/g;
const ALL = /[^]+/g;

/**
 * Runs that, without `added`, are the paragraphs of `before` joined by newlines, and without `removed` those of
 * `after`. What is too long to compare by words is compared by paragraphs, and else as a whole.
 */
export function changes(before: readonly string[], after: readonly string[]): Change[] {
  for (const unit of [WORDS, PARAGRAPHS, ALL]) {
    const found = compared(before.join('\n').match(unit) ?? [], after.join('\n').match(unit) ?? []);
    if (found) return found;
  }
  throw new Error('two wholes are one pair');
}

/** Null where it would be too much work. */
function compared(before: string[], after: string[]): Change[] | null {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const old = before.slice(start, before.length - end);
  const fresh = after.slice(start, after.length - end);
  if (old.length * fresh.length > PAIRS_MAX) return null;
  const found: Change[] = [];
  add(found, 'same', before.slice(0, start));
  addMiddle(found, old, fresh);
  add(found, 'same', before.slice(before.length - end));
  return found;
}

/** Along a longest common subsequence. What was removed comes before what was added in its place. */
function addMiddle(found: Change[], old: string[], fresh: string[]): void {
  const width = fresh.length + 1;
  /** How long it is from word i of the one and j of the other, at i * width + j. */
  const common = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = fresh.length - 1; j >= 0; j--) {
      const at = i * width + j;
      common[at] = old[i] === fresh[j] ? common[at + width + 1]! + 1 : Math.max(common[at + width]!, common[at + 1]!);
    }
  }
  let i = 0;
  let j = 0;
  while (i < old.length && j < fresh.length) {
    const at = i * width + j;
    if (old[i] === fresh[j]) {
      add(found, 'same', [old[i++]!]);
      j++;
    } else if (common[at + width]! < common[at + 1]!) add(found, 'added', [fresh[j++]!]);
    else add(found, 'removed', [old[i++]!]);
  }
  add(found, 'removed', old.slice(i));
  add(found, 'added', fresh.slice(j));
}

/** Joined to the run before it where that is of its kind. */
function add(found: Change[], kind: Change['kind'], words: readonly string[]): void {
  const text = words.join('');
  const last = found.at(-1);
  if (last?.kind === kind) last.text += text;
  else if (text !== '') found.push({ kind, text });
}
