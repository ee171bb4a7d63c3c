// The two tokenizers on the document and its selections, and how they split the visible text.
import { Cancelled } from '../../../core/errors';
import type { ComparedText } from '../../../protocol/page';
import { offsetsOf, visibleRanges } from '../../ui/editorRanges';
import { CURSOR_MS, type InspectorTab } from './tab';

export const compareTab: InspectorTab<ComparedText> = {
  delayMs: CURSOR_MS,
  refreshOn: { cursor: true, visibleRanges: true },
  async state({ editor, engine, queries }) {
    if (!engine.second) return null;
    const { document } = editor;
    const selected = editor.selections.filter(selection => !selection.isEmpty);
    const { found, uri, version } = await queries.compare(
      document,
      selected.map(selection => offsetsOf(document, selection)),
      visibleRanges(editor, 0),
    );
    if (version !== document.version) throw new Cancelled();
    return (
      found && {
        uri,
        version,
        language: document.languageId,
        comparison: found,
        lines: found.listed.map(({ utf16Start }) => document.positionAt(utf16Start).line + 1),
        hasSelection: selected.length > 0,
      }
    );
  },
};
