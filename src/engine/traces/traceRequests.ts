// The engine's side of TraceApi: the pair that is chosen, the traces of a file, rollouts.
import { PlainTextError } from '../../core/errors';
import type { Handlers } from '../../protocol/channel';
import type { TraceApi } from '../../protocol/traces';
import { asRefusal } from '../asRefusal';
import type { EngineState } from '../engineState';
import { readTraceFile } from './readTraceFile';
import { branchOfDocument, rollOutDocument } from './rolloutView';

export function traceRequests(state: EngineState): Handlers<TraceApi> {
  return {
    choosePair: ({ members, opensNow = false }, signal) =>
      state.pair.choose(members, opensNow, signal),

    readTraces({ name, bytes, as }) {
      try {
        return readTraceFile(name, bytes, { as });
      } catch (error) {
        if (error instanceof PlainTextError) return { refused: error.message };
        throw error;
      }
    },

    rollOut(params, signal) {
      const { uri, version, start, options } = params;
      const document = state.documentAt(params);
      const onPoint = (points: number, most: number) =>
        state.emit('rolling', { uri, version, points, most });
      return asRefusal(() =>
        rollOutDocument(state.model(), document, start, options, signal, onPoint),
      );
    },

    branch(params, signal) {
      const document = state.documentAt(params);
      return asRefusal(async () =>
        branchOfDocument(state.model(), document, params, params.options, signal),
      );
    },
  };
}
