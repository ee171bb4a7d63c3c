// The engine's side of CompareApi: a second tokenizer beside the model's, and where the two differ.
import type { Handlers } from '../../protocol/channel';
import type { CompareApi } from '../../protocol/compare';
import type { DocumentVersion } from '../../protocol/types';
import type { EngineState } from '../engineState';
import { ComparisonModel } from '../models/comparisonModel';
import { TokenizerComparison } from './tokenizerComparison';

export function comparisonRequests(state: EngineState): Handlers<CompareApi> {
  const comparisonAt = (at: DocumentVersion) => {
    const { model, document } = state.resolve(at);
    return new TokenizerComparison(document, model.tokenizer, state.comparison().tokenizer);
  };
  return {
    compareWith({ path }) {
      const before = state.compared;
      if (path && path === before?.info.path) return before.info;
      state.compared = path
        ? new ComparisonModel(path, () => state.contextLimit, state.openModel, state.dtype)
        : undefined;
      if (before) {
        for (const document of state.documents.values()) document.forgetStream(before.tokenizer);
        before.dispose();
      }
      return state.compared?.info ?? null;
    },

    compare: params =>
      state.compared ? comparisonAt(params).compare(params.ranges, params.visible) : null,

    difference: params => comparisonAt(params).difference(params.from, params.direction),
  };
}
