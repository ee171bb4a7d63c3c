// The normalizer `Precompiled`: SentencePiece's table of replacements (Kudo and Richardson 2018), a double-array trie
// (Aoe 1989, in the layout of Darts-clone) whose values are offsets into a blob of NUL-terminated strings.
import { encodeUtf8 } from '../../text/utf8';
import { bytesOfBase64 } from '../files/base64';
import type { Rewrite } from './rewrite';
import type { ReplacedSpan } from './spans';
import { refusal } from '../files/pipelineSteps';
import { codePointAt } from '../unicode/classes';
import { isHighSurrogate } from '../../text/characters';

/** In bytes of UTF-8: longer grapheme clusters are replaced one character at a time. */
const LONGEST_CLUSTER = 5;

/** `charsmap`: the field `precompiled_charsmap`, in base64. */
export function precompiled(charsmap: unknown): Rewrite {
  const bytes = typeof charsmap === 'string' ? bytesOfBase64(charsmap) : undefined;
  const table = bytes && ReplacementTable.of(bytes);
  if (!table) {
    throw refusal(
      'normalizer.Precompiled.precompiled_charsmap',
      'is not a table of replacements in base64',
    );
  }
  const known = new Map<string, string | undefined>();
  const replacementOf = (part: string) => {
    if (!known.has(part)) known.set(part, table.ofShortest(encodeUtf8(part)));
    return known.get(part);
  };
  return text => {
    const spans: ReplacedSpan[] = [];
    const replace = (start: number, part: string): boolean => {
      const replacement = replacementOf(part);
      if (replacement === undefined) return false;
      if (replacement !== part) {
        spans.push({ start, end: start + part.length, text: replacement });
      }
      return true;
    };
    for (const { start, end, isPlain } of chunksOf(text)) {
      if (isPlain) {
        for (let i = start; i < end; i++) replace(i, text[i]!);
        continue;
      }
      let at = start;
      for (const cluster of clustersOf(text, start, end)) {
        const isShort = encodeUtf8(cluster).length <= LONGEST_CLUSTER;
        if (!isShort || !replace(at, cluster)) {
          let inside = at;
          for (const character of cluster) {
            replace(inside, character);
            inside += character.length;
          }
        }
        at += cluster.length;
      }
    }
    return spans;
  };
}

/** Separates text that surely consists of single ASCII characters, because finding clusters is slow. */
function* chunksOf(text: string): Generator<{ start: number; end: number; isPlain: boolean }> {
  const isPlain = (i: number) => text.charCodeAt(i) < 0x80 && text[i] !== '\r';
  const isAlone = (i: number) =>
    isPlain(i) && (i === 0 || isPlain(i - 1)) && (i + 1 === text.length || isPlain(i + 1));
  for (let start = 0; start < text.length;) {
    const alone = isAlone(start);
    let end = start + 1;
    while (end < text.length && isAlone(end) === alone) end++;
    yield { start, end, isPlain: alone };
    start = end;
  }
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const CHUNK = 256;

/**
 * The grapheme clusters of text[start, end), whose ends are not inside a cluster. Works in chunks, because the
 * runtime's segmenter takes quadratic time; the last cluster of a chunk may continue in the next one.
 */
function* clustersOf(text: string, start: number, end: number): Generator<string> {
  let size = CHUNK;
  for (let at = start; at < end;) {
    let until = Math.min(at + size, end);
    if (until < end && isHighSurrogate(text.charCodeAt(until - 1))) until++;
    const found = Array.from(graphemes.segment(text.slice(at, until)), ({ segment }) => segment);
    if (until < end) found.pop();
    yield* found;
    at += found.reduce((sum, cluster) => sum + cluster.length, 0);
    size = found.length > 0 ? CHUNK : size * 2;
  }
}

/** SentencePiece's table of replacements. */
export class ReplacementTable {
  readonly #units: Uint32Array;
  readonly #strings: Uint8Array;

  private constructor(units: Uint32Array, strings: Uint8Array) {
    this.#units = units;
    this.#strings = strings;
  }

  /** Undefined if the bytes are no such table. */
  static of(bytes: Uint8Array): ReplacementTable | undefined {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = bytes.length >= 4 ? view.getUint32(0, true) : -1;
    if (size < 0 || size % 4 !== 0 || 4 + size > bytes.length) return undefined;
    const unitAt = (_: unknown, i: number) => view.getUint32(4 + i * 4, true);
    const units = Uint32Array.from({ length: size / 4 }, unitAt);
    return new ReplacementTable(units, bytes.subarray(4 + size));
  }

  /** The replacement for the shortest key that the bytes begin with, as in Rust `tokenizers`. */
  ofShortest(bytes: Uint8Array): string | undefined {
    let at = this.#root;
    for (const byte of bytes) {
      at = this.#step(at, byte);
      if (at < 0) return undefined;
      const found = this.#valueAt(at);
      if (found !== undefined) return this.#string(found);
    }
    return undefined;
  }

  /** The replacement for the longest key that text begins with from `start` on, as in SentencePiece, and the key's end. */
  longestAt(text: string, start: number): { text: string; end: number } | undefined {
    let at = this.#root;
    let found: number | undefined;
    let end = start;
    for (let i = start; i < text.length;) {
      const code = codePointAt(text, i, text.length);
      const bytes = code < 0x80 ? [code] : encodeUtf8(String.fromCodePoint(code));
      for (const byte of bytes) if (at >= 0) at = this.#step(at, byte);
      if (at < 0) break;
      i += code > 0xffff ? 2 : 1;
      const value = this.#valueAt(at);
      if (value === undefined) continue;
      found = value;
      end = i;
    }
    return found === undefined ? undefined : { text: this.#string(found), end };
  }

  // Places in the trie; a unit that has a value is followed by it. The flag is kept in the lowest bit.
  get #root(): number {
    return offsetOf(this.#units[0] ?? 0) * 2;
  }

  /** -1 if no key goes on with the byte. */
  #step(place: number, byte: number): number {
    const at = (place >>> 1) ^ byte;
    const unit = this.#units[at];
    // NUL ends a key; a leaf's label has the highest bit set.
    if (byte === 0 || unit === undefined || (unit & 0x800000ff) !== byte) return -1;
    return (at ^ offsetOf(unit)) * 2 + ((unit >>> 8) & 1);
  }

  #valueAt(place: number): number | undefined {
    return place & 1 ? (this.#units[place >>> 1] ?? 0) & 0x7fffffff : undefined;
  }

  #string(start: number): string {
    const end = this.#strings.indexOf(0, start);
    return decoder.decode(this.#strings.subarray(start, end < 0 ? this.#strings.length : end));
  }
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const offsetOf = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);
