// The tokens at the cursor, with their alternatives.
import type { TokenView } from '../../../protocol/scores';
import { CURSOR_MS, type InspectorTab } from './tab';

export const tokenTab: InspectorTab<TokenView> = {
  delayMs: CURSOR_MS,
  refreshOn: { cursor: true, scores: true },
  async state({ editor, inspection }) {
    const utf16Start = editor.document.offsetAt(editor.selection.active);
    const range = { utf16Start, utf16End: utf16Start + 1 };
    return (await inspection.view(editor.document, range, { details: 'alternatives' })).view;
  },
};
