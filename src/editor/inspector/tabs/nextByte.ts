// The probability of every byte that may come at the cursor.
import type { NextByteState } from '../../../protocol/page';
import { documentName } from '../documentName';
import { REST_MS, type InspectorTab } from './tab';

export const nextByteTab: InspectorTab<NextByteState> = {
  delayMs: REST_MS,
  waitsForRest: true,
  refreshOn: { cursor: true },
  async state({ editor, queries }, signal) {
    const { document, selection } = editor;
    const { line, character } = selection.active;
    return {
      file: documentName(document),
      line: line + 1,
      column: character + 1,
      before: document.lineAt(line).text.slice(0, character),
      found: await queries.nextBytes(document, document.offsetAt(selection.active), signal),
    };
  },
};
