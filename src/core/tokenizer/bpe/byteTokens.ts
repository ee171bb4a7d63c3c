// Tokens for single bytes among pieces of text. SentencePiece spells them `<0x00>` to `<0xFF>`.

export const byteToken = (byte: number) =>
  `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;

/** The byte of a piece with this spelling. */
export function byteOfToken(piece: string): Uint8Array | undefined {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
  return byte === undefined ? undefined : Uint8Array.of(parseInt(byte, 16));
}

/** [byte]; -1 if a byte has no token. Undefined if none has one. */
export function idsOfBytes(
  ids: ReadonlyMap<string, number>,
  spell: (byte: number) => string,
): Int32Array | undefined {
  const found = Int32Array.from({ length: 256 }, (_, byte) => ids.get(spell(byte)) ?? -1);
  return found.some(id => id >= 0) ? found : undefined;
}
