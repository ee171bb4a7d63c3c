// The engine's side of DocumentApi: its copies of the editor's texts, their tokens, counts and JSON lines.
import type { Handlers } from '../../protocol/channel';
import type { DocumentApi } from '../../protocol/documents';
import type { TokenStream } from '../../core/text/stream/tokenStream';
import { countOfBytes, tokensIn } from '../comparison/tokenizerComparison';
import type { EngineState } from '../engineState';
import { Document } from './document';
import { splitAt } from './split';
import { tokenLines } from './tokenJson';

export function documentRequests(state: EngineState): Handlers<DocumentApi> {
  const { documents } = state;
  return {
    setDocument({ uri, version, text }) {
      documents.get(uri)?.forget();
      documents.set(uri, new Document(uri, version, text));
    },

    editDocument({ uri, version, edits }) {
      documents.get(uri)?.edit(version, edits);
    },

    closeDocument({ uri }) {
      documents.get(uri)?.forget();
      documents.delete(uri);
    },

    split(params) {
      const { model, stream } = state.resolve(params);
      return splitAt(model.tokenizer, stream, params.at, params.typed);
    },

    countFile: ({ bytes }) =>
      countOfBytes(bytes, state.model().tokenizer, state.compared?.tokenizer),

    count(params) {
      const { document, stream } = state.resolve(params);
      const counted = (stream: TokenStream) => ({
        document: stream.size.tokens,
        ranges: tokensIn(stream, params.ranges),
      });
      const { compared } = state;
      return {
        ...counted(stream),
        ...(compared && { second: counted(document.streamBy(compared.tokenizer)) }),
      };
    },

    json(params) {
      const { model, document, stream } = state.resolve(params);
      const { first, end } = stream.tokensIn(params.range.utf16Start, params.range.utf16End);
      const scores = model.info.scores ? document.scoresOf(first, end).scores : null;
      const tokens = stream.tokens(first, end);
      return [...tokenLines(tokens, scores, model.tokenizer, first)].join('');
    },
  };
}
