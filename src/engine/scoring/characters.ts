// The characters of a range, each with a number that its bytes make.
import { utf8Length, utf8LengthAt } from '../../core/text/utf8';
import type { CharacterView } from '../../protocol/scores';
import type { Range16 } from '../../protocol/types';

/** `valueOf`: of the bytes [from, to) of a character, and whether a pass would still add to it. */
export function charactersIn(
  text: string,
  { utf16Start, utf16End }: Range16,
  valueOf: (from: number, to: number) => { value: number; isPending: boolean },
): CharacterView {
  const starts: number[] = [];
  const ends: number[] = [];
  const bits: number[] = [];
  let pending = 0;
  let byte = utf8Length(text, 0, utf16Start);
  for (let at = utf16Start; at < Math.min(utf16End, text.length);) {
    const length = utf8LengthAt(text, at);
    const { value, isPending } = valueOf(byte, byte + length);
    starts.push(at);
    at += length === 4 ? 2 : 1;
    ends.push(at);
    bits.push(value);
    if (isPending) pending++;
    byte += length;
  }
  return {
    utf16Starts: Uint32Array.from(starts),
    utf16Ends: Uint32Array.from(ends),
    bits: Float32Array.from(bits),
    pending,
  };
}
