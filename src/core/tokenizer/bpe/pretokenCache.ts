// A cache of the tokens of pretokens. Text is repetitive, so most of the encoding speed comes from here: keys are
// stored beside their tokens in one array and compared in place, so no string is created for a pretoken.
import type { TokenList } from '../tokenList';

const SLOTS = 1 << 17;
const MAX_ENTRIES = SLOTS / 2;
const MAX_WORDS = 1 << 20;

/** Longer pretokens, in UTF-16 units, are rare and not cached. */
export const LONGEST_KEY = 96;

/** Limited to 5 MB. A full cache is cleared; what the text still uses is soon cached again. */
export class PretokenCache {
  /** [slot]; the word where an entry begins, 0 for none. */
  readonly #slots = new Int32Array(SLOTS);
  /** An entry: hash, units of the key, number of ids, the ids, the key with two units per word. */
  readonly #words = new Int32Array(MAX_WORDS);
  #used = 1;
  #entries = 0;

  clear(): void {
    this.#slots.fill(0);
    this.#used = 1;
    this.#entries = 0;
  }

  /** Appends the ids of text[from, to) to the list, if they are cached. */
  appendKnown(text: string, from: number, to: number, list: TokenList): boolean {
    const entry = this.#slots[this.#slotOf(text, from, to, hashOf(text, from, to))]!;
    if (entry === 0) return false;
    const words = this.#words;
    const count = words[entry + 2]!;
    list.reserve(count);
    for (let i = 1; i <= count; i++) list.ids[list.count++] = words[entry + 2 + i]!;
    return true;
  }

  /** Caches what `appendKnown` did not find: ids[start, end). */
  add(text: string, from: number, to: number, ids: Uint32Array, start: number, end: number): void {
    const size = 3 + (end - start) + ((to - from + 1) >> 1);
    if (this.#entries === MAX_ENTRIES || this.#used + size > MAX_WORDS) this.clear();
    const hash = hashOf(text, from, to);
    const words = this.#words;
    this.#slots[this.#slotOf(text, from, to, hash)] = this.#used;
    this.#entries++;
    let at = this.#used;
    words[at++] = hash;
    words[at++] = to - from;
    words[at++] = end - start;
    for (let i = start; i < end; i++) words[at++] = ids[i]!;
    for (let i = from; i < to; i += 2) words[at++] = unitsAt(text, i, to);
    this.#used = at;
  }

  /** The slot of the key's entry, or the free slot where it would go. */
  #slotOf(text: string, from: number, to: number, hash: number): number {
    const slots = this.#slots;
    const words = this.#words;
    for (let slot = hash & (SLOTS - 1); ; slot = (slot + 1) & (SLOTS - 1)) {
      const entry = slots[slot]!;
      if (entry === 0) return slot;
      if (words[entry] !== hash || words[entry + 1] !== to - from) continue;
      let at = entry + 3 + words[entry + 2]!;
      let i = from;
      while (i < to && words[at] === unitsAt(text, i, to)) {
        i += 2;
        at++;
      }
      if (i >= to) return slot;
    }
  }
}

function unitsAt(text: string, i: number, to: number): number {
  const unit = text.charCodeAt(i);
  return i + 1 < to ? unit | (text.charCodeAt(i + 1) << 16) : unit;
}

/** FNV-1a over UTF-16 units. Its high bits, which are the best mixed, are moved to where slots are chosen. */
function hashOf(text: string, from: number, to: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash ^ (hash >>> 15);
}
