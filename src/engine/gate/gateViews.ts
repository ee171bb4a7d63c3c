// What is shown of the delete gate: a number for each character, and all of one of them.
import { utf8Length } from '../../core/text/utf8';
import type { GateView } from '../../protocol/layers';
import type { CharacterView } from '../../protocol/scores';
import type { Range16 } from '../../protocol/types';
import type { Document } from '../documents/document';
import { charactersIn } from '../scoring/characters';
import type { Gate } from './gate';

/** Per cent of the scale. Without a gate nothing is known yet. */
export function gateCharacters(
  gate: Gate | undefined,
  document: Document,
  range: Range16,
): CharacterView {
  const { text } = document;
  const first = utf8Length(text, 0, range.utf16Start);
  // The last character may reach over the range's end.
  const last =
    first + utf8Length(text, range.utf16Start, Math.min(range.utf16End + 1, text.length));
  const values = gate?.valuesIn(document, first, last);
  return charactersIn(text, range, (from, to) => {
    const own = values?.subarray(from - first, to - first);
    const share = gate && own ? gate.shareOf(own) : NaN;
    return { value: 100 * share, isPending: Number.isNaN(share) };
  });
}

/** The bytes of the character at an offset, and how long the text is after the gate; null where there is none. */
export function gateAt(gate: Gate, document: Document, utf16: number): GateView | null {
  const { text } = document;
  const range = { utf16Start: utf16, utf16End: utf16 + 1 };
  const { utf16Ends } = gateCharacters(gate, document, range);
  if (utf16Ends.length === 0) return null;
  const from = utf8Length(text, 0, utf16);
  const to = from + utf8Length(text, utf16, utf16Ends[0]!);
  const { bytes } = gate.textOf(document);
  return {
    ...gate.facts,
    bytes: bytes.slice(from, to),
    values: gate.valuesIn(document, from, to),
    ...gate.lengthOf(document),
  };
}
