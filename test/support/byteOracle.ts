// Exact byte probabilities by enumeration, from the definitions alone: every token sequence that covers the text, each
// tested with the tokenizer on every continuation of a few characters.
import { encodeUtf8 } from '../../src/core/text/utf8';
import type { Toy } from './toys';

/** Continuations of texts: one or two characters of every class, contractions, and the toy's own characters. */
const COMMON = ['a', 'z', 's', 'e', 'r', 'v', 'l', 't', "'", ' ', '\n', '1', '!', '\t', 'A', '/'];

export class Oracle {
  readonly #toy: Toy;
  readonly #row: (context: readonly number[]) => Float64Array;
  readonly #futures: string[];
  /** After an incomplete character: characters of every class, and those that the toy's merges may join to it. */
  readonly #inside: string[];
  readonly #totals = new Map<string, number>();
  readonly #canonical = new Map<string, boolean>();
  /** By bytes: texts that begin with them, and the tokens of those that were asked for, each with a comma after it. */
  readonly #texts = new Map<string, { texts: string[]; tokens: string[] }>();

  constructor(toy: Toy, row: (context: readonly number[]) => Float64Array) {
    this.#toy = toy;
    this.#row = row;
    const characters = [...new Set([...toy.alphabet, ...COMMON])];
    const own = toy.alphabet.flatMap(a => toy.alphabet.map(b => a + b));
    this.#inside = ['', 'z', '1', ' ', '!', ...toy.alphabet, ...own];
    this.#futures = ['', ...characters, ...characters.flatMap(a => characters.map(b => a + b))];
  }

  /** Π(x), canonical (e2) or over all tokenizations (e1); in e3, for the masked model. */
  mass(x: Uint8Array, mode: 'e1' | 'e2' | 'e3'): number {
    let sum = 0;
    this.#covers(x, x.length, [], 0, mode, 1, probability => (sum += probability));
    return sum;
  }

  /** Π of x and each of the 256 bytes after it. */
  massOfNext(x: Uint8Array, mode: 'e1' | 'e2' | 'e3'): Float64Array {
    const masses = new Float64Array(256);
    this.#covers(x, x.length + 1, [], 0, mode, 1, (probability, next) => {
      masses[next]! += probability;
    });
    return masses;
  }

  /** Π(x) in e2, of covers that begin with a token, given the token, which x does not end inside of. */
  massGiven(x: Uint8Array, token: number): number {
    let sum = 0;
    const { length } = this.#toy.tokenizer.bytesOf(token);
    this.#covers(x, x.length, [token], length, 'e2', 1, probability => (sum += probability));
    return sum;
  }

  /** p(enc(x)) p(end | enc(x)); 0 if x is not a valid text. */
  end(x: Uint8Array, mode: 'e2' | 'e3'): number {
    const text = textOf(x);
    if (text === undefined) return 0;
    const tokens = [...this.#toy.tokenizer.encode(text).ids];
    let probability = 1;
    tokens.forEach((token, i) => (probability *= this.#next(tokens.slice(0, i), token, mode)));
    return probability * this.#next(tokens, this.#toy.end, mode);
  }

  /** Σ of p(t) times the mass of non-canonical tokens after t, over the canonical t whose bytes are x. */
  leak(x: Uint8Array): number {
    return this.#leakFrom(x, [], 0);
  }

  /** The same of those that begin with a token, given the token, which x does not end inside of. */
  leakGiven(x: Uint8Array, token: number): number {
    return this.#leakFrom(x, [token], this.#toy.tokenizer.bytesOf(token).length);
  }

  #leakFrom(x: Uint8Array, first: readonly number[], at: number): number {
    let sum = 0;
    this.#spellings(x, first, at, 1, (tokens, probability) => {
      const row = this.#row(tokens);
      for (const next of this.#toy.support) {
        if (!this.#mayFollow(tokens, next)) sum += probability * Math.exp(row[next]!);
      }
    });
    return sum;
  }

  /** Whether the tokens of some text begin with these. */
  isCanonical(tokens: readonly number[]): boolean {
    const key = tokens.join();
    let found = this.#canonical.get(key);
    if (found === undefined) this.#canonical.set(key, (found = this.#try(tokens)));
    return found;
  }

  #try(tokens: readonly number[]): boolean {
    if (tokens.length > 1 && !this.isCanonical(tokens.slice(0, -1))) return false;
    const { tokenizer } = this.#toy;
    const own = `${tokens.join()},`;
    const known = this.#textsFrom(tokens.flatMap(token => [...tokenizer.bytesOf(token)]));
    return known.texts.some((text, i) => {
      known.tokens[i] ??= `${tokenizer.encode(text).ids.join()},`;
      return known.tokens[i].startsWith(own);
    });
  }

  #textsFrom(bytes: readonly number[]) {
    const key = bytes.join();
    let known = this.#texts.get(key);
    if (known) return known;
    const { lacking } = this.#toy;
    const text = textOf(Uint8Array.from(bytes));
    const all =
      text !== undefined
        ? this.#futures.map(future => text + future)
        : completed(bytes).flatMap(whole => this.#inside.map(future => whole + future));
    const texts =
      lacking.length > 0
        ? all.filter(each => !encodeUtf8(each).some(byte => lacking.includes(byte)))
        : all;
    this.#texts.set(key, (known = { texts, tokens: [] }));
    return known;
  }

  #mayFollow(tokens: readonly number[], next: number): boolean {
    const { tokenizer, end } = this.#toy;
    if (next !== end) return !tokenizer.isSpecial(next) && this.isCanonical([...tokens, next]);
    const text = textOf(Uint8Array.from(tokens.flatMap(token => [...tokenizer.bytesOf(token)])));
    return text !== undefined && tokenizer.encode(text).ids.join() === tokens.join();
  }

  #next(tokens: readonly number[], next: number, mode: 'e1' | 'e2' | 'e3'): number {
    const row = this.#row(tokens);
    if (mode !== 'e3') return Math.exp(row[next]!);
    if (!this.#mayFollow(tokens, next)) return 0;
    const key = tokens.join();
    let total = this.#totals.get(key);
    if (total === undefined) {
      const all = this.#toy.support.filter(token => this.#mayFollow(tokens, token));
      this.#totals.set(key, (total = all.reduce((sum, token) => sum + Math.exp(row[token]!), 0)));
    }
    return Math.exp(row[next]!) / total;
  }

  /** Calls back with each cover of the bytes up to `to`, of which those after x are any, and with the byte that is after x. */
  #covers(
    x: Uint8Array,
    to: number,
    tokens: readonly number[],
    at: number,
    mode: 'e1' | 'e2' | 'e3',
    probability: number,
    found: (probability: number, next: number) => void,
    next = -1,
  ): void {
    if (at >= to) return found(probability, next);
    const { tokenizer, support } = this.#toy;
    for (const token of support) {
      const bytes = tokenizer.bytesOf(token);
      if (
        tokenizer.isSpecial(token) ||
        !bytes.every((b, i) => at + i >= x.length || b === x[at + i])
      )
        continue;
      const longer = [...tokens, token];
      if (mode !== 'e1' && !this.isCanonical(longer)) continue;
      const joint = probability * this.#next(tokens, token, mode);
      this.#covers(x, to, longer, at + bytes.length, mode, joint, found, bytes[x.length - at]);
    }
  }

  #spellings(
    x: Uint8Array,
    tokens: readonly number[],
    at: number,
    probability: number,
    found: (tokens: readonly number[], probability: number) => void,
  ): void {
    if (at === x.length) return found(tokens, probability);
    const { tokenizer, support } = this.#toy;
    for (const next of support) {
      const bytes = tokenizer.bytesOf(next);
      if (tokenizer.isSpecial(next) || !bytes.every((b, i) => b === x[at + i])) continue;
      const longer = [...tokens, next];
      if (!this.isCanonical(longer)) continue;
      const share = Math.exp(this.#row(tokens)[next]!);
      this.#spellings(x, longer, at + bytes.length, probability * share, found);
    }
  }
}

/** Undefined if they are not UTF-8, that is, if decoding and encoding changes them. */
function textOf(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? text : undefined;
}

/** Texts that begin with the bytes, which end inside a character: with every one that completes it. */
function completed(bytes: readonly number[]): string[] {
  for (let length = 1; length <= 3; length++) {
    const before = textOf(Uint8Array.from(bytes.slice(0, -length)));
    if (before !== undefined) return completions(bytes.slice(-length)).map(last => before + last);
  }
  return [];
}

const knownCompletions = new Map<string, string[]>();

/** Every character of two bytes that begins with these, and some of 3 and 4. */
function completions(bytes: readonly number[]): string[] {
  const key = bytes.join();
  const known = knownCompletions.get(key);
  if (known) return known;
  let tails: number[][] = [[]];
  let texts: string[] = [];
  for (let length = 1; length <= 3 && texts.length === 0; length++) {
    const next = Array.from({ length: 0x40 }, (_, low) => 0x80 | low);
    tails = tails.flatMap(tail =>
      (length === 1 ? next : next.filter((_, i) => i % 9 === 0)).map(b => [...tail, b]),
    );
    const whole = tails.map(tail => textOf(Uint8Array.from([...bytes, ...tail])));
    texts = whole.filter(text => text !== undefined);
  }
  knownCompletions.set(key, texts);
  return texts;
}
