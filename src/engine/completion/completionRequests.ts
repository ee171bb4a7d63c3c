// The engine's side of CompletionApi.
import { healings } from '../../core/completion/healingStarts';
import { regionAt } from '../../core/completion/syntaxRegion';
import type { Handlers } from '../../protocol/channel';
import type { CompletionApi, CompletionView } from '../../protocol/completion';
import type { EngineState } from '../engineState';
import { asRefusal } from '../asRefusal';
import { calibrate } from './calibrate';
import { completeAt } from './completer';

/** Alternatives for each token of an explained completion. */
const EXPLAINED = 4;

export function completionRequests(state: EngineState): Handlers<CompletionApi> {
  return {
    complete(params, signal) {
      const model = state.model();
      const document = state.documentAt(params);
      const { stream, edit, options } = params;
      const before = document.text.slice(0, edit.utf16Start) + edit.text;
      const text = before + document.text.slice(edit.utf16End);
      const region = regionAt(text, before.length, options.language);
      if (options.except.includes(region)) return { refused: `the cursor is in a ${region}` };
      const onText =
        stream === undefined
          ? undefined
          : (insert: string) => state.emit('completing', { stream, insert });
      return asRefusal(() => completeAt(model, text, before.length, options, signal, onText));
    },

    async explainCompletion(params, signal) {
      const model = state.model();
      const { text, at, options } = params;
      const views: CompletionView[] = [];
      // As the completion was made, but with one healing at a time and one candidate.
      for (const healing of healings) {
        const own = { ...options, healings: [healing], candidates: 1, maxTimeMs: Infinity };
        const detailed = { ...own, alternatives: EXPLAINED, logprobs: true };
        const view = await asRefusal(() => completeAt(model, text, at, detailed, signal));
        if (!('refused' in view)) views.push(view);
      }
      return views;
    },

    calibrate({ texts, cuts, contextTokens }, signal) {
      const onProgress = (done: number, total: number) =>
        state.emit('calibrating', { done, total });
      return asRefusal(() =>
        calibrate(state.model(), texts, cuts, contextTokens, signal, onProgress),
      );
    },
  };
}
