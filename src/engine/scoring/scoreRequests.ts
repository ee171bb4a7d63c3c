// The engine's side of ScoreApi: passes over documents, what they know, and the peaks of lenses.
import { withHeat } from '../../core/lenses/density';
import { lenses } from '../../core/lenses/lenses';
import { nearestPeak } from '../../core/lenses/peaks';
import type { Handlers } from '../../protocol/channel';
import type { ScoreApi } from '../../protocol/scores';
import { asRefusal } from '../asRefusal';
import type { EngineState } from '../engineState';
import { byteScoresOf, charactersOf } from './byteScores';
import { measureScale } from './measureScale';
import { nextBytesAt } from './nextBytesAt';
import { passesOf } from './passes';
import { unitsOf } from './lexiconUnits';
import { runPasses } from './runPasses';
import { UnderWay } from './underWay';
import { lensValues, pendingIn, tokenView } from './view';

export function scoreRequests(state: EngineState): Handlers<ScoreApi> {
  const passes = passesOf(state);
  const screen = new UnderWay();
  return {
    score(params, signal) {
      const { document } = state.resolve(params);
      const wanted = params.passes.map(id => passes[id]);
      return screen.add(runPasses(state, wanted, document, params, signal));
    },

    view: params => tokenView(state, passes, params),

    characters(params) {
      const { model, document, stream } = state.resolve(params);
      const { range } = params;
      return asRefusal(async () => {
        // Refused here, too, where bytes could never be scored.
        model.asTokenModel();
        const scores = byteScoresOf(model, document);
        const second = params.difference ? await state.comparison().model() : undefined;
        second?.asTokenModel();
        const view = charactersOf(
          document,
          scores,
          range,
          second && byteScoresOf(second, document),
        );
        // The pass scores the tokens, too, with which bytes are compared: an edit that was undone leaves the bytes alone known.
        const span = stream.tokensIn(range.utf16Start, range.utf16End);
        const unscored = passes.tokens.columns(document, span, {})?.pending ?? 0;
        return { ...view, pending: Math.max(view.pending, unscored) };
      });
    },

    units: params => unitsOf(state.documentAt(params), params.range),

    peak(params) {
      const { stream } = state.resolve(params);
      const lens = withHeat(lenses[params.lens], params.bounds && { bounds: params.bounds });
      const valueAt = lensValues(state, passes, lens, params);
      const { direction } = params;
      const { first } = stream.tokensIn(params.from, params.from);
      const token = nearestPeak(lens, valueAt, stream.size.tokens, first + direction, direction);
      if (token === undefined) return null;
      const { utf16Starts, utf16Ends } = stream.tokens(token, token + 1);
      // Between the two, and the neighbour that makes it a peak.
      const span =
        direction > 0
          ? { first: first + 1, end: Math.min(token + 2, stream.size.tokens) }
          : { first: Math.max(token - 1, 0), end: first };
      const unscored = pendingIn(state, passes, lens, span, params);
      return { utf16Start: utf16Starts[0]!, utf16End: utf16Ends[0]!, unscored };
    },

    measureScale: (params, signal) =>
      measureScale(state.model(), passes, { ...params, screen }, signal),

    nextBytes(params, signal) {
      const { document } = state.resolve(params);
      return asRefusal(() => nextBytesAt(state, document, params.utf16, signal));
    },
  };
}
