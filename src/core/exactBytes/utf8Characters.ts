// UTF-8 decoding of bytes that may end inside a character.

/** The length in bytes of the character that `lead` begins; 0 if it begins none (Unicode 16, table 3-7). */
export function characterLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** The bytes that continue a character, a string of one each. */
export const CONTINUATIONS = Array.from({ length: 0x40 }, (_, low) =>
  String.fromCharCode(0x80 | low),
);

/**
 * The first and last code point of the characters whose UTF-8 begins with bytes[from, to) of a byte string, surrogates
 * included; last < first if there are none. Both are the same if the character is complete.
 */
export function codePointsFrom(bytes: string, from: number, to: number): [number, number] {
  const lead = bytes.charCodeAt(from);
  const length = characterLength(lead);
  if (length === 0 || to - from > length) return [0, -1];
  if (length === 1) return [lead, lead];
  let code = lead & (0x7f >> length);
  for (let i = from + 1; i < to; i++) {
    const byte = bytes.charCodeAt(i);
    if ((byte & 0xc0) !== 0x80) return [0, -1];
    code = (code << 6) | (byte & 0x3f);
  }
  const missing = 6 * (length - (to - from));
  const first = code << missing;
  const last = first | ((1 << missing) - 1);
  const lowest = length === 2 ? 0x80 : length === 3 ? 0x800 : 0x10000;
  if (first >= 0xd800 && last <= 0xdfff) return [0, -1];
  return [Math.max(first, lowest), Math.min(last, 0x10ffff)];
}

/** The offset of the incomplete character at the end of the bytes; their length if there is none. */
export function incompleteFrom(bytes: string): number {
  for (let i = bytes.length - 1; i >= 0 && i >= bytes.length - 3; i--) {
    const byte = bytes.charCodeAt(i);
    if ((byte & 0xc0) === 0x80) continue;
    return characterLength(byte) > bytes.length - i ? i : bytes.length;
  }
  return bytes.length;
}
