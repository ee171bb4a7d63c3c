// A randomly edited text and its token stream, which must equal the encoding of the whole text after every edit.
import { expect } from 'vitest';
import { TokenStream } from '../../src/core/text/stream/tokenStream';
import { utf16Spans } from '../../src/core/text/utf16Spans';
import type { Tokenizer } from '../../src/core/tokenizer/tokenizer';
import { fuzzStrings, mulberry32 } from '../golden/fuzz';

/** Short pieces of everything that a boundary depends on: spaces, line ends, letters, lone surrogates, marks. */
const SNIPPETS = [
  '', ' ', '  ', '\n', '\n\n', '\r\n', '\t', 'a', 'Z', '0', '.', '/', "'", "'s", ' x', 'x ', '\nx', '\n/', ' \n ', '\u0301',
  'é', '中文', '\u{1d400}', '\ud835', '\udc00', '\u1161', '\u3000', '<|endoftext|>', 'return value;\n',
]; // prettier-ignore

export interface EditRun {
  readonly edits: number;
  readonly segmentLength: number;
  readonly seed: number;
}

export function checkEdits(tokenizer: Tokenizer, start: string, run: EditRun): void {
  const below = mulberry32(run.seed);
  const strings = [...fuzzStrings(run.seed, 50)];
  const undo: [number, number, string][] = [];
  let text = start;
  const stream = new TokenStream(tokenizer, text, run.segmentLength);
  expectWhole(tokenizer, stream, text);
  for (let i = 0; i < run.edits; i++) {
    const kind = below(10);
    const from = below(text.length + 1);
    const most = kind === 0 ? 4000 : 4;
    let edit: [number, number, string] = [
      from,
      kind < 5 ? Math.min(text.length, from + below(most)) : from,
      kind === 9 ? strings[below(strings.length)]! : SNIPPETS[below(SNIPPETS.length)]!,
    ];
    if (kind === 8 && undo.length > 0) edit = undo.pop()!;
    else undo.push([edit[0], edit[0] + edit[2].length, text.slice(edit[0], edit[1])]);
    if (kind !== 8 && undo.length > 5) undo.shift();
    text = text.slice(0, edit[0]) + edit[2] + text.slice(edit[1]);
    stream.edit(...edit);
    expectWhole(tokenizer, stream, text);
  }
}

function expectWhole(tokenizer: Tokenizer, stream: TokenStream, text: string): void {
  const whole = tokenizer.encode(text);
  const spans = utf16Spans(text, whole.byteStarts);
  const made = stream.tokens();
  const same =
    stream.text === text &&
    isSame(made.ids, whole.ids) &&
    isSame(made.byteStarts, whole.byteStarts) &&
    isSame(made.byteEnds, whole.byteEnds) &&
    isSame(made.utf16Starts, spans.starts) &&
    isSame(made.utf16Ends, spans.ends) &&
    isSame(made.normalized ?? [], whole.normalized ?? []);
  // The slow comparison only if there is a difference to report.
  if (!same) {
    expect(stream.text).toBe(text);
    expect(made).toEqual({ ...whole, utf16Starts: spans.starts, utf16Ends: spans.ends });
  }
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
