// The merges that made the tokens of the pretoken at the cursor.
import type { SplitView } from '../../../protocol/split';
import { CURSOR_MS, type InspectorTab } from './tab';

export const splitTab: InspectorTab<SplitView> = {
  delayMs: CURSOR_MS,
  refreshOn: { cursor: true, look: true },
  state({ editor, queries, look }) {
    const { document, selection } = editor;
    return queries.split(document, document.offsetAt(selection.active), look.typed);
  },
};
