// Tokens for single bytes among pieces of text. SentencePiece spells them `<0x00>` to `<0xFF>`.
import { TokenizerError } from '../../errors';
import { quote } from '../../json';

export const byteToken = (byte: number) =>
  `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;

/** The byte of a piece with this spelling. */
export function byteOfToken(piece: string): Uint8Array | undefined {
  const byte = /^<0x([0-9A-F]{2})>$/.exec(piece)?.[1];
  return byte === undefined ? undefined : Uint8Array.of(parseInt(byte, 16));
}

/** [byte]; throws if a byte has no token. */
export function idsOfBytes(
  ids: ReadonlyMap<string, number>,
  place: string,
  spell: (byte: number) => string,
): Int32Array {
  return Int32Array.from({ length: 256 }, (_, byte) => {
    const id = ids.get(spell(byte));
    if (id !== undefined) return id;
    const name = byte.toString(16).padStart(2, '0');
    throw new TokenizerError(
      `${place}: has no token for the byte ${name}, ${quote(spell(byte))}, which any text may need`,
    );
  });
}
