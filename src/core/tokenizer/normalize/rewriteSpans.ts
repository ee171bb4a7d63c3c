// A text on its way to the tokens' own bytes: normalisers, added tokens and tokenizers that put a blank before the
// text each rewrite what the one before them left. What they changed is kept, to lead offsets back to the text.
import { utf8Length } from '../../text/utf8';
import { moveToText, replaceSpans, type ReplacedSpan } from './spans';

export class RewriteSpans {
  /** [level]; in UTF-16 offsets of that level's text, ascending. Level 0's is the text itself. */
  readonly #spans: ReplacedSpan[][];
  /** [level]; how much of its text has been given. */
  readonly #lengths: number[];

  constructor(levels: number) {
    this.#spans = Array.from({ length: levels }, () => []);
    this.#lengths = new Array<number>(levels).fill(0);
  }

  /** The next `length` units of a level's text, and what becomes other text in them, in offsets of theirs. */
  add(level: number, length: number, spans: readonly ReplacedSpan[] = []): void {
    const at = this.#lengths[level]!;
    for (const { start, end, text } of spans) {
      this.#spans[level]!.push({ start: start + at, end: end + at, text });
    }
    this.#lengths[level] = at + length;
  }

  /** The next `length` units of every level's text behind this one, which stay as they are. */
  addUnchangedAfter(level: number, length: number): void {
    for (let i = level + 1; i < this.#lengths.length; i++) this.#lengths[i]! += length;
  }

  get hasChanges(): boolean {
    return this.#spans.some(spans => spans.length > 0);
  }

  /** Moves byte offsets, which ascend, from the last level's outcome to the text, in place. */
  moveToText(text: string, offsets: Uint32Array): void {
    const used = this.#spans.filter(spans => spans.length > 0);
    if (used.length === 0) return;
    const texts = [text];
    for (const spans of used.slice(0, -1)) texts.push(replaceSpans(texts.at(-1)!, spans));
    for (let i = used.length - 1; i >= 0; i--) moveToText(texts[i]!, used[i]!, offsets);
    // What was removed goes to the token behind it, or to the last one.
    if (offsets.length > 1) offsets[offsets.length - 1] = utf8Length(text, 0, text.length);
  }
}
