// How the tokens of a document are viewed under the lens of the overlay.
import type { TextDocument } from 'vscode';
import { passOptions } from '../engine/engineQueries';
import type { InspectorServices } from './tabs/tab';

/** Of a trace, contrast is computed for the answer only. */
export function lensOptions({ state, traces }: InspectorServices, document: TextDocument) {
  return passOptions(state.lens, { answerStart: traces.traceOf(document)?.text.start });
}
