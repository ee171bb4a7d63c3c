// Where an incomplete text may be split into pretokens: one set of boundaries for each way that some continuation leads
// to. They are found by scanning the text followed by each of the pattern's witnesses. Texts with the same sequence of
// character classes are split alike, so results are cached by classes.
import type { Scan } from '../tokenizer/patterns/scan';
import { encodeUtf8 } from '../text/utf8';
import { byteStringOf, type ByteString } from './byteString';
import { characterLength, codePointsFrom, incompleteFrom } from './utf8Characters';
import type { Boundaries, PretokenBoundaries } from './pretokenBoundaries';
import { CONTRACTION_REACH, UNSETTLED_PRETOKENS, type Lookahead } from './lookahead';

/** Characters of a pretoken, its runs shortened to two, that matter at its end: a space, punctuation, newlines. */
const LONGEST_SHAPE = 6;

/** A letter outside contractions: patterns split no text between two of its class. */
const LETTER = 'a';

const MAX_KEPT = 1 << 17;

export class BoundaryHypotheses implements PretokenBoundaries {
  readonly unsettled = UNSETTLED_PRETOKENS;
  readonly #scan: Scan;
  readonly #lookahead: Lookahead;
  readonly #kept = new Map<string, readonly Boundaries[]>();
  // State of the last text read:
  #units = '';
  /** The classes of the characters that the text may end inside; '' if it does not end inside one. */
  #partial = '';
  #isAscii = true;

  constructor(scan: Scan, lookahead: Lookahead) {
    this.#scan = scan;
    this.#lookahead = lookahead;
  }

  boundariesFor(bytes: ByteString): readonly Boundaries[] {
    if (!this.#read(bytes)) return [];
    const key = this.#partial === '' ? this.#units : `${this.#units}|${this.#partial}`;
    let found = this.#kept.get(key);
    if (!found) {
      if (this.#kept.size === MAX_KEPT) this.#kept.clear();
      this.#kept.set(key, (found = this.#close(this.#lookahead.witnesses)));
    }
    return this.#isAscii ? found : found.map(ends => inBytes(bytes, ends));
  }

  ended(bytes: ByteString): Boundaries | undefined {
    if (!this.#read(bytes) || this.#partial !== '') return undefined;
    const [ends] = this.#close(['']);
    return this.#isAscii ? ends! : inBytes(bytes, ends!);
  }

  openers(bytes: ByteString, allows: (ends: Boundaries) => boolean): ByteString[] {
    this.#read(bytes);
    const firsts = new Set<ByteString>();
    let isAny = false;
    for (const witness of this.#lookahead.witnesses) {
      const [ends] = this.#close([witness]);
      if (!allows(inBytes(bytes, ends!))) continue;
      const unit = witness[0] ?? '';
      const spellings = this.#lookahead.spellings(unit);
      if (!spellings) isAny = true;
      for (const character of spellings ?? [unit]) {
        firsts.add(byteStringOf(encodeUtf8(character)).slice(0, 1));
      }
    }
    return isAny ? [...firsts, ''] : [...firsts];
  }

  shapeOf(bytes: ByteString): string | undefined {
    return this.#read(bytes) ? `${shortened(this.#units)}|${this.#partial}` : undefined;
  }

  /** The classes of the tokens' characters, token by token where a boundary may be between two. */
  prefixShapeOf(bytes: ByteString, ends: readonly number[], joins: readonly boolean[]): string {
    // Characters of the same classes may have different lengths: offsets are then no places in the classes.
    if (!this.#read(bytes) || !this.#isAscii) return `${bytes} ${ends} ${joins}`;
    const units = this.#units;
    let shape = '';
    let from = 0;
    for (let token = 0; token < ends.length; token++) {
      const end = ends[token]!;
      const isWord = units[end - 1] === LETTER && units[end] === LETTER;
      if (isWord && joins[token + 1]) continue;
      shape += `${shortened(units.slice(from, end))}${joins[token + 1] ? '+' : '|'}`;
      from = end;
    }
    return shape;
  }

  /** As if an apostrophe were directly before the bytes. */
  nearShapeOf(bytes: ByteString): string | undefined {
    return this.#read(bytes, 0) ? `${shortened(this.#units)}|${this.#partial}` : undefined;
  }

  /** Whether the bytes end with a whole character that is not part of a contraction. */
  joinsFreely(bytes: ByteString): boolean {
    return (
      this.#read(bytes) &&
      this.#partial === '' &&
      !this.#units.slice(-CONTRACTION_REACH).includes("'")
    );
  }

  /**
   * The classes of the pretoken's characters, with runs of three or more shortened to two, except digits, which some
   * patterns group by three; followed by the bytes of the last character if it is incomplete.
   */
  openEndOf(bytes: ByteString): string {
    this.#read(bytes);
    const shape = shortened(this.#units.replace(/(000)+(?=0)/g, '')).slice(-LONGEST_SHAPE);
    return `${shape}|${bytes.slice(incompleteFrom(bytes))}`;
  }

  /** Whether some text begins with the bytes. `sinceApostrophe`: characters before them since the last apostrophe. */
  #read(bytes: ByteString, sinceApostrophe = Infinity): boolean {
    const { unitOf } = this.#lookahead;
    let units = '';
    this.#partial = '';
    this.#isAscii = true;
    for (let i = 0; i < bytes.length;) {
      const lead = bytes.charCodeAt(i);
      let unit;
      if (lead < 0x80) {
        unit = unitOf(lead);
        i++;
      } else {
        this.#isAscii = false;
        const end = i + characterLength(lead);
        const [first, last] = codePointsFrom(bytes, i, Math.min(end, bytes.length));
        if (last < first) return false;
        if (end > bytes.length) {
          this.#partial = this.#lookahead.unitsOf(first, last);
          break;
        }
        unit = unitOf(first);
        i = end;
      }
      sinceApostrophe = unit === "'" ? 0 : sinceApostrophe + 1;
      units += sinceApostrophe > CONTRACTION_REACH ? this.#lookahead.plain(unit) : unit;
    }
    this.#units = units;
    return true;
  }

  /** The distinct sets of boundaries, in characters. */
  #close(witnesses: readonly string[]): Boundaries[] {
    const { length } = this.#units;
    const found: number[][] = [];
    const ends: number[] = [];
    for (const completion of this.#partial === '' ? [''] : this.#partial) {
      for (const witness of witnesses) {
        const text = this.#units + completion + witness;
        ends.length = 0;
        for (let at = 0; at < text.length;) {
          at = this.#scan(text, at, text.length);
          if (at > length) break;
          ends.push(at);
        }
        if (!found.some(each => isSame(each, ends))) found.push([...ends]);
      }
    }
    return found;
  }
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = a.length - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * With runs of three or more shortened to two, but not of digits, which some patterns group by three: the patterns split
 * both alike.
 */
function shortened(units: string): string {
  return units.replace(/([^0])\1{2,}/gs, '$1$1');
}

function inBytes(bytes: ByteString, ends: Boundaries): Boundaries {
  const offsets: number[] = [];
  for (let i = 0, character = 0, next = 0; next < ends.length; character++) {
    if (character === ends[next]) {
      offsets.push(i);
      next++;
    }
    i += characterLength(bytes.charCodeAt(i));
  }
  return offsets;
}
