// What the layers of the model hold at the token at the cursor.
import type { LayersState } from '../../../protocol/page';
import { documentName } from '../documentName';
import { REST_MS, type InspectorTab } from './tab';

export const layersTab: InspectorTab<LayersState> = {
  delayMs: REST_MS,
  waitsForRest: true,
  refreshOn: { cursor: true },
  async state({ editor, queries }, signal) {
    const { document, selection } = editor;
    const at = document.offsetAt(selection.active);
    const found = await queries.layersAt(document, at, ['ladder', 'attention'], signal);
    const { uri, version } = document;
    return found && { file: documentName(document), uri: uri.toString(), version, found };
  },
};
