// What stands after the cursor because something before it is open, and whether a text between them leaves open what
// was open.
import { delimitersOf } from './delimiters';
import type { DelimiterScan } from './delimiterScan';
import { CLOSERS } from './middle';
import { openAt } from './syntaxRegion';

/** Characters after the cursor that are read to see whether the whole text is balanced. */
const REACH = 100_000;
/** Characters of punctuation at the end of the line that count as closers. */
const PUNCTUATION = 16;
const TAG = /<(\/?)([A-Za-z][\w.:-]*)((?:[^<>"'{}]|"[^"]*"|'[^']*'|\{[^{}]*\})*?)(\/?)>/g;
const CLOSING_TAG = /^<\/[A-Za-z][\w.:-]*>/;
const VOID_TAG =
  /^(?:area|base|br|col|embed|hr|img|input|link|meta|param|source|track|wbr|!doctype)$/i;

export class Balance {
  /**
   * UTF-16 units after the cursor that close what is open before it, like `));` or `</div>`, with the punctuation up to
   * the line end if nothing else follows. An editor writes most of them by itself.
   */
  readonly closers: number;
  readonly #scan: DelimiterScan;
  readonly #between: string;
  readonly #after: string;
  readonly #hasTags: boolean;
  /** By what is open after the middle, and what is replaced: whether the rest of the text closes it. */
  readonly #balanced = new Map<string, boolean>();

  /** `at`: a UTF-16 offset; `language`: an id as VS Code has them. */
  constructor(text: string, at: number, language: string) {
    const { scan, between } = openAt(text, at, language);
    this.#scan = scan;
    this.#between = between;
    this.#after = text.slice(at, at + REACH);
    this.#hasTags = delimitersOf(language).hasTags ?? false;
    this.closers = this.#closersAfter();
  }

  /**
   * What has to follow `middle`, in place of the text after the cursor from 0 to `replaced`, so that it leaves open what
   * that text left open: the closers of what it opens, innermost first. Undefined: it closes more, unless the whole
   * text is balanced with it and was not without it. Only ASCII matters, so that it may be in bytes.
   */
  missingAfter(middle: string, replaced: number): string | undefined {
    const before = this.#after.slice(0, replaced);
    const missing = this.#missing(middle, before, replaced);
    if (missing === '') return missing;
    if (!this.#isBalancedWith('', 0) && this.#isBalancedWith(middle, replaced)) return '';
    return missing;
  }

  #missing(middle: string, before: string, replaced: number): string | undefined {
    const wanted = this.#stateAfter(before, replaced);
    const found = this.#stateAfter(middle, replaced);
    if (found.errors !== wanted.errors) return undefined;
    if (wanted.due.some((closer, i) => found.due[i] !== closer)) return undefined;
    const open = found.due.slice(wanted.due.length).reverse();
    if (open.some(closer => !/^(?:[)\]}"'`]+|[*-]\/|-->)$/.test(closer))) return undefined;
    if (!this.#hasTags) return open.join('');
    const [tags, ownTags] = [tagsOf(before), tagsOf(middle)];
    if (ownTags.closed.join() !== tags.closed.join()) return undefined;
    const unclosed = ownTags.open.reverse().map(name => `</${name}>`);
    return [...open, ...unclosed].join('');
  }

  #stateAfter(middle: string, replaced: number): DelimiterScan {
    const scan = this.#scan.copy();
    scan.read(this.#between + middle);
    // A comment to the end of the line ends there.
    const isLineEnd = /^(?:\r?\n|$)/.test(this.#after.slice(replaced, replaced + 2));
    if (isLineEnd && scan.due.at(-1) === '\n') scan.due.pop();
    return scan;
  }

  #isBalancedWith(middle: string, replaced: number): boolean {
    if (this.#after.length === REACH) return false;
    const scan = this.#scan.copy();
    const text = this.#between + middle;
    const key = [scan.read(text) - text.length, replaced, scan.errors, ...scan.due].join();
    let isBalanced = this.#balanced.get(key);
    if (isBalanced !== undefined) return isBalanced;
    // A delimiter may begin before the rest.
    const whole = this.#scan.copy();
    whole.read(`${text + this.#after.slice(replaced)}\n`);
    isBalanced = whole.errors === 0 && whole.due.length === 0;
    this.#balanced.set(key, isBalanced);
    return isBalanced;
  }

  #closersAfter(): number {
    const scan = this.#scan.copy();
    scan.read(this.#between);
    const due = [...scan.due];
    const text = this.#after;
    let end = 0;
    while (end < CLOSERS) {
      const closer = due.at(-1);
      const isString = closer !== undefined && '"\'`'.includes(closer[0]!);
      const blanks = isString ? 0 : blanksAt(text, end);
      const tag =
        this.#hasTags && !isString ? CLOSING_TAG.exec(text.slice(end + blanks, end + 100)) : null;
      if (tag) end += blanks + tag[0].length;
      else if (closer !== undefined && closer !== '\n' && text.startsWith(closer, end + blanks)) {
        end += blanks + closer.length;
        due.pop();
      } else break;
    }
    const isInside = due.length > 0 && !/^[)\]}]$/.test(due.at(-1)!);
    return Math.min(CLOSERS, isInside ? end : end + punctuationAt(text, end));
  }
}

function blanksAt(text: string, from: number): number {
  let end = from;
  while (text[end] === ' ' || text[end] === '\t') end++;
  return end - from;
}

/** The length of the rest of the line without white space at its end; 0 if there is more than punctuation. */
function punctuationAt(text: string, from: number): number {
  const near = text.slice(from, from + PUNCTUATION + 1);
  const [line] = near.split(/\r?\n/, 1) as [string];
  if (line.length === near.length && near.length > PUNCTUATION) return 0;
  return /[\p{L}\p{N}_"'`\\]|\/[/*]|#/u.test(line) ? 0 : line.trimEnd().length;
}

/** Names of the tags that `text` closes without having opened them, and of those that it leaves open. */
function tagsOf(text: string): { closed: string[]; open: string[] } {
  const [closed, open]: [string[], string[]] = [[], []];
  for (const { index, 1: slash, 2: name, 4: isEmpty } of text.matchAll(TAG)) {
    // A type's parameters: Array<string>.
    if (isEmpty || VOID_TAG.test(name!) || (!slash && /\w/.test(text[index - 1] ?? ''))) continue;
    if (!slash) open.push(name!);
    else if (open.at(-1) === name) open.pop();
    else closed.push(name!);
  }
  return { closed, open };
}
