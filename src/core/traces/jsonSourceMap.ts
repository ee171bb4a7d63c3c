// Maps the bytes of a trace to its file: inside a JSON string, through its escapes, or in literal text.
import { JsonError, walkJson, type JsonVisitor } from '../walkJson';
import { encodeUtf8, utf8LengthAt } from '../text/utf8';
import type { TracePart, Trace } from './trace';
import { SPACE, isHighSurrogate, isLowSurrogate } from '../text/characters';

export interface MappedPart extends TracePart {
  /** [byte of the part, plus one for its end]: UTF-16 offset in the file of the character that contains the byte. */
  readonly utf16: Uint32Array;
}

/** For one file's text. Caches the last parsed row, because the traces of a row are often requested together. */
export class JsonSourceMap {
  #last: { start: number; end: number; root: Place | undefined } | undefined;
  readonly #fileText: string;

  constructor(fileText: string) {
    this.#fileText = fileText;
  }

  /** Leaves out the parts that are not found: the file may have changed since. */
  partsOf({ row, parts, text }: Pick<Trace, 'row' | 'parts' | 'text'>): MappedPart[] {
    const bytes = encodeUtf8(text);
    return parts.flatMap(part => {
      const own = new TextDecoder().decode(bytes.subarray(part.start, part.end));
      if (part.path.length === 0) {
        const found = this.#fileText.slice(row.utf16Start, row.utf16End);
        return own === found ? [{ ...part, utf16: plain(found, row.utf16Start) }] : [];
      }
      const found = this.#literalAt(row, part.path);
      if (!found || own !== unescape(found.literal)) return [];
      return [{ ...part, utf16: mapEscapes(found.literal, found.at) }];
    });
  }

  /** The text between the quotes of a string. */
  #literalAt({ utf16Start: start, utf16End: end }: Trace['row'], path: TracePart['path']) {
    const row = this.#fileText.slice(start, end);
    if (this.#last?.start !== start || this.#last.end !== end)
      this.#last = { start, end, root: placesOf(row) };
    const place = path.reduce(placeIn, this.#last.root);
    if (!place || place instanceof Map) return undefined;
    return { at: start + place.start, literal: row.slice(place.start, place.end) };
  }
}

/** A string's text between its quotes, in UTF-16 of the row; or what is in a container, by key or index. */
type Place = { readonly start: number; readonly end: number } | Map<string | number, Place>;

function placeIn(place: Place | undefined, step: string | number): Place | undefined {
  return place instanceof Map ? place.get(step) : undefined;
}

/** Undefined if it is not JSON. */
function placesOf(json: string): Place | undefined {
  const places = new Places();
  try {
    walkJson(json, places);
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
  return places.root;
}

class Places implements JsonVisitor {
  root: Place | undefined;
  readonly #open: { places: Map<string | number, Place>; key: string | undefined; next: number }[] =
    [];

  open(): void {
    const places = new Map<string | number, Place>();
    this.#add(places);
    this.#open.push({ places, key: undefined, next: 0 });
  }

  key(name: string): void {
    this.#open.at(-1)!.key = name;
  }

  value(value: unknown, start: number, end: number): void {
    this.#add(typeof value === 'string' ? { start: start + 1, end: end - 1 } : undefined);
  }

  close(): void {
    this.#open.pop();
  }

  #add(place: Place | undefined): void {
    const last = this.#open.at(-1);
    if (!last) this.root = place;
    else if (place) last.places.set(last.key ?? last.next, place);
    // Of a key that is there twice the last value counts, as in JSON.parse.
    else if (last.key !== undefined) last.places.delete(last.key);
    if (last) last.next++;
  }
}

function unescape(literal: string): string | undefined {
  try {
    return JSON.parse(`"${literal}"`) as string;
  } catch {
    return undefined;
  }
}

function plain(text: string, from: number): Uint32Array {
  const places: number[] = [];
  for (let at = 0; at < text.length;) {
    const bytes = utf8LengthAt(text, at);
    for (let i = 0; i < bytes; i++) places.push(from + at);
    at += bytes === 4 ? 2 : 1;
  }
  return Uint32Array.from([...places, from + text.length]);
}

/** `literal`: the text between the quotes. */
function mapEscapes(literal: string, from: number): Uint32Array {
  const places: number[] = [];
  const unitAt = (at: number): { unit: number; length: number } => {
    if (literal[at] !== '\\') return { unit: literal.charCodeAt(at), length: 1 };
    // Short escapes stand for some ASCII character; only its length matters.
    if (literal[at + 1] !== 'u') return { unit: SPACE, length: 2 };
    return { unit: parseInt(literal.slice(at + 2, at + 6), 16), length: 6 };
  };
  for (let at = 0; at < literal.length;) {
    const { unit, length } = unitAt(at);
    const low = isHighSurrogate(unit) ? unitAt(at + length) : undefined;
    const isPair = low !== undefined && isLowSurrogate(low.unit);
    const bytes = isPair ? 4 : unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    for (let i = 0; i < bytes; i++) places.push(from + at);
    at += length + (isPair ? low.length : 0);
  }
  return Uint32Array.from([...places, from + literal.length]);
}
