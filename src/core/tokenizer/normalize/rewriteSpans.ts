// Tracks how a text is rewritten on the way to the tokens' own bytes: normalizers, added tokens and tokenizers that
// prepend a space each rewrite the result of the step before. The changes are kept in order to map offsets back to the
// text.
import { utf8Length } from '../../text/utf8';
import { moveToText, replaceSpans, type ReplacedSpan } from './spans';

export class RewriteSpans {
  /** [level]; in UTF-16 offsets of the text at that level, ascending. Level 0 is the original text. */
  readonly #spans: ReplacedSpan[][];
  /** [level]; the length of the text added so far. */
  readonly #lengths: number[];

  constructor(levels: number) {
    this.#spans = Array.from({ length: levels }, () => []);
    this.#lengths = new Array<number>(levels).fill(0);
  }

  /** Adds the next `length` units at a level, and the spans replaced in them, with offsets relative to them. */
  add(level: number, length: number, spans: readonly ReplacedSpan[] = []): void {
    const at = this.#lengths[level]!;
    for (const { start, end, text } of spans) {
      this.#spans[level]!.push({ start: start + at, end: end + at, text });
    }
    this.#lengths[level] = at + length;
  }

  /** Adds the next `length` units, unchanged, at every level after this one. */
  addUnchangedAfter(level: number, length: number): void {
    for (let i = level + 1; i < this.#lengths.length; i++) this.#lengths[i]! += length;
  }

  /** The last level. */
  get last(): number {
    return this.#spans.length - 1;
  }

  get hasChanges(): boolean {
    return this.#spans.some(spans => spans.length > 0);
  }

  /** The offset in the text, in bytes, of the first change at a level. */
  firstAt(level: number, text: string): number | undefined {
    const first = this.#spans[level]![0];
    if (!first) return undefined;
    const before = this.#spans.slice(0, level);
    const rewritten = before.reduce(replaceSpans, text);
    const offset = Uint32Array.of(utf8Length(rewritten, 0, first.start));
    this.moveToText(text, offset, level);
    return offset[0];
  }

  /** Maps ascending byte offsets from the result of the levels below `level`, by default all, to the text, in place. */
  moveToText(text: string, offsets: Uint32Array, level = this.#spans.length): void {
    const used = this.#spans.slice(0, level).filter(spans => spans.length > 0);
    if (used.length === 0) return;
    const texts = [text];
    for (const spans of used.slice(0, -1)) texts.push(replaceSpans(texts.at(-1)!, spans));
    for (let i = used.length - 1; i >= 0; i--) moveToText(texts[i]!, used[i]!, offsets);
    // Removed text is assigned to the token after it, or to the last one.
    if (offsets.length > 1) offsets[offsets.length - 1] = utf8Length(text, 0, text.length);
  }
}
