// How the tokens of a document are viewed under the lens of the overlay.
import type { TextDocument } from 'vscode';
import { passOptions } from '../engine/engineQueries';
import type { InspectorServices } from './tabs/tab';

/** Of a trace, contrast is computed for the answer only. */
export function lensOptions({ state, traces }: InspectorServices, document: TextDocument) {
  const answerStart = traces.traceOf(document)?.text.start;
  const { passes, ...options } = passOptions(state.lens, { answerStart });
  return { ...options, passes: [...new Set(['tokens' as const, ...passes])] };
}
