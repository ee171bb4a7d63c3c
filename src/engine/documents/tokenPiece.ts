import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { Piece } from '../../protocol/types';

export function tokenPiece(tokenizer: Tokenizer, id: number): Piece {
  return { id, bytes: tokenizer.bytesOf(id).slice() };
}
