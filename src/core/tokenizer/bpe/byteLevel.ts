// The byte-level alphabet of GPT-2 (Radford et al. 2019, `bytes_to_unicode` in its encoder.py): files of byte-level
// tokenizers spell each byte as one printable character. Printable Latin-1 characters represent their own code; the 68
// other bytes, in ascending order, are U+0100 and up.

const characters: string[] = [];
/** [code of a character]; -1 for those that spell no byte. */
const bytes = new Int16Array(0x200).fill(-1);

for (let byte = 0, next = 0x100; byte < 256; byte++) {
  const isPrintable =
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
  const character = String.fromCharCode(isPrintable ? byte : next++);
  characters.push(character);
  bytes[character.charCodeAt(0)] = byte;
}

/** [byte]; the spelling of the byte. */
export const byteCharacters: readonly string[] = characters;

export function spellingOf(token: Uint8Array): string {
  return Array.from(token, byte => characters[byte]).join('');
}

/** The bytes of a vocabulary entry, or undefined if it contains a character outside the alphabet. */
export function bytesOfSpelling(spelling: string): Uint8Array | undefined {
  const result = new Uint8Array(spelling.length);
  for (let i = 0; i < spelling.length; i++) {
    const byte = bytes[spelling.charCodeAt(i)] ?? -1;
    if (byte < 0) return undefined;
    result[i] = byte;
  }
  return result;
}
