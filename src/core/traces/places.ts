// Where the bytes of a trace stand in its file: in a string of its JSON, through the escapes, or as they are.
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { utf8LengthAt } from '../utf8';
import type { Part, Trace } from './trace';

export interface PlacedPart extends Part {
  /** [byte of the part, and one more]: UTF-16 in the file of the character that it lies in, and where the part ends. */
  readonly utf16: Uint32Array;
}

/** Of the parts that are found again in the file's text. */
export function placesIn(fileText: string, trace: Pick<Trace, 'row' | 'parts'>): PlacedPart[] {
  const { utf16Start, utf16End } = trace.row;
  const row = fileText.slice(utf16Start, utf16End);
  const [first] = trace.parts;
  if (!first) return [];
  if (first.path.length === 0) {
    return trace.parts.map(part => ({ ...part, utf16: plain(row, utf16Start) }));
  }
  const root = parseTree(row);
  return trace.parts.flatMap(part => {
    const node = root && findNodeAtLocation(root, [...part.path]);
    if (node?.type !== 'string') return [];
    const literal = row.slice(node.offset + 1, node.offset + node.length - 1);
    const utf16 = escaped(literal, utf16Start + node.offset + 1);
    // The file may have changed since.
    return utf16.length === part.end - part.start + 1 ? [{ ...part, utf16 }] : [];
  });
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

/** Of what stands between the quotes. */
function escaped(literal: string, from: number): Uint32Array {
  const places: number[] = [];
  const unitAt = (at: number): { unit: number; length: number } => {
    if (literal[at] !== '\\') return { unit: literal.charCodeAt(at), length: 1 };
    if (literal[at + 1] !== 'u') return { unit: 0x20, length: 2 };
    return { unit: parseInt(literal.slice(at + 2, at + 6), 16), length: 6 };
  };
  for (let at = 0; at < literal.length;) {
    const { unit, length } = unitAt(at);
    const low = (unit & 0xfc00) === 0xd800 ? unitAt(at + length) : undefined;
    const isPair = low !== undefined && (low.unit & 0xfc00) === 0xdc00;
    const bytes = isPair ? 4 : unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    for (let i = 0; i < bytes; i++) places.push(from + at);
    at += length + (isPair ? low.length : 0);
  }
  return Uint32Array.from([...places, from + literal.length]);
}
