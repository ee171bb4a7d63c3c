// The success curve of the trace in the editor.
import type { CurveState } from '../../../protocol/page';
import { CURSOR_MS, type InspectorTab } from './tab';

/** Characters shown of the text before a point. */
const BEFORE = 24;

export const rolloutsTab: InspectorTab<CurveState> = {
  delayMs: CURSOR_MS,
  refreshOn: { rollouts: true },
  async state({ editor: { document }, traces, rollouts }) {
    const open = traces.traceOf(document);
    if (!open) return null;
    const view = rollouts.viewOf(open) ?? null;
    const text = document.getText();
    const before = view?.points.map(({ token, utf16 }) =>
      token < 0 ? '' : text.slice(Math.max(open.text.start, utf16 - BEFORE), utf16),
    );
    const uri = document.uri.toString();
    return { uri, version: document.version, view, before: before ?? [] };
  },
};
