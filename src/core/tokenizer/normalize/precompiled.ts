// The normalizer `Precompiled`: SentencePiece's table of replacements (Kudo and Richardson 2018), a double-array trie
// (Aoe 1989, in the layout of Darts-clone) whose values are offsets into a blob of NUL-terminated strings.
import { encodeUtf8 } from '../../text/utf8';
import { bytesOfBase64 } from '../files/base64';
import type { Rewrite } from './rewrite';
import type { ReplacedSpan } from './spans';
import { refusal } from '../files/pipelineSteps';
import { isHighSurrogate } from '../../text/characters';

/** In bytes of UTF-8: longer grapheme clusters are replaced one character at a time. */
const LONGEST_CLUSTER = 5;

/** `charsmap`: the field `precompiled_charsmap`, in base64. */
export function precompiled(charsmap: unknown): Rewrite {
  const find = readTable(charsmap);
  const known = new Map<string, string | undefined>();
  const replacementOf = (part: string) => {
    if (!known.has(part)) known.set(part, find(encodeUtf8(part)));
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

/** A lookup of the replacement for the shortest key that the bytes begin with, as in Rust `tokenizers`. */
function readTable(charsmap: unknown): (bytes: Uint8Array) => string | undefined {
  const bytes = typeof charsmap === 'string' ? bytesOfBase64(charsmap) : undefined;
  const size = bytes && bytes.length >= 4 ? new DataView(bytes.buffer).getUint32(0, true) : -1;
  if (!bytes || size < 0 || size % 4 !== 0 || 4 + size > bytes.length) {
    throw refusal(
      'normalizer.Precompiled.precompiled_charsmap',
      'is not a table of replacements in base64',
    );
  }
  const view = new DataView(bytes.buffer, 4, size);
  const units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(i * 4, true));
  const strings = bytes.subarray(4 + size);
  return key => {
    let at = offsetOf(units[0] ?? 0);
    for (const byte of key) {
      at ^= byte;
      const unit = units[at];
      // NUL ends a key; a leaf's label has the highest bit set.
      if (byte === 0 || unit === undefined || (unit & 0x800000ff) !== byte) return undefined;
      at ^= offsetOf(unit);
      if (((unit >>> 8) & 1) === 0) continue;
      const start = (units[at] ?? 0) & 0x7fffffff;
      const end = strings.indexOf(0, start);
      return decoder.decode(strings.subarray(start, end < 0 ? strings.length : end));
    }
    return undefined;
  };
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

const offsetOf = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);
