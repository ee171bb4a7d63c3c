// The tokens at the cursor, with their alternatives.
import type { TokenView } from '../../../protocol/scores';
import { lensOptions } from '../lensOptions';
import { CURSOR_MS, type InspectorTab } from './tab';

export const tokenTab: InspectorTab<TokenView> = {
  delayMs: CURSOR_MS,
  refreshOn: { cursor: true, scores: true },
  async state(context) {
    const { document, selection } = context.editor;
    const utf16Start = document.offsetAt(selection.active);
    const range = { utf16Start, utf16End: utf16Start + 1 };
    const options = lensOptions(context, document);
    const request = { ...options, details: 'alternatives' } as const;
    return (await context.queries.view(document, range, request)).view;
  },
};
