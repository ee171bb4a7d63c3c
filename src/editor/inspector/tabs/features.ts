// The features at the cursor and in the document, and the page of one of them.
import type { TextEditor } from 'vscode';
import { UserError } from '../../../core/errors';
import type { FeaturesState } from '../../../protocol/page';
import type { Range16 } from '../../../protocol/types';
import { settings } from '../../settings';
import { visibleRanges } from '../../ui/editorRanges';
import { documentName } from '../documentName';
import { REST_MS, type InspectorTab } from './tab';

/** Features listed of a document. */
const TABLE_ROWS = 100;

export const featuresTab: InspectorTab<FeaturesState> = {
  delayMs: REST_MS,
  waitsForRest: true,
  refreshOn: { cursor: true, look: true },
  async state({ editor, features, look }, signal) {
    const { document, selection } = editor;
    const { densityCutoff, pins } = features.options();
    const { page: feature } = features;
    const uri = document.uri.toString();
    const nothing: FeaturesState = {
      sae: null,
      problem: '',
      file: documentName(document),
      uri,
      version: document.version,
      densityCutoff,
      pins,
      at: null,
      table: null,
      page: null,
    };
    try {
      return await features.askAbout(document, async (remote, version) => {
        const at = document.offsetAt(selection.active);
        const { choice } = look;
        const { languageId: language } = document;
        // The rest of a long text takes its time.
        const visible = readRanges(editor);
        await remote.score({ ...version, passes: ['features'], visible, maxTokens: 0 }, signal);
        return {
          ...nothing,
          sae: features.info ?? null,
          at: await remote.featuresAt({ ...version, at, details: true }, signal),
          table: await remote.featureTable(
            { ...version, densityCutoff, choice, rows: TABLE_ROWS },
            signal,
          ),
          page:
            feature === undefined
              ? null
              : await remote.featurePage({ feature, uri, language }, signal),
        };
      });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { ...nothing, problem: error.message };
    }
  },
  async complete({ table }, { editor, features }, signal) {
    if (!table?.pending) return false;
    const visible = readRanges(editor);
    const maxTokens = settings.overlay.maxTokens.value;
    await features.askAbout(editor.document, (remote, version) =>
      remote.score({ ...version, passes: ['features'], visible, maxTokens }, signal),
    );
    return true;
  },
};

/** What is on the screen, and the cursor, which need not be. */
function readRanges(editor: TextEditor): Range16[] {
  const utf16Start = editor.document.offsetAt(editor.selection.active);
  return [{ utf16Start, utf16End: utf16Start + 1 }, ...visibleRanges(editor, 0)];
}
