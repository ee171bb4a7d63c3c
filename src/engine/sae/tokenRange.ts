import type { TokenStream } from '../../core/text/stream/tokenStream';
import type { Range16 } from '../../protocol/types';

export function tokenRange(stream: TokenStream, token: number): Range16 {
  const { utf16Starts, utf16Ends } = stream.tokens(token, token + 1);
  return { utf16Start: utf16Starts[0]!, utf16End: utf16Ends[0]! };
}
