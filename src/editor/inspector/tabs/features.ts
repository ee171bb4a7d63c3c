// The features at the cursor and in the document, and the page of one of them.
import { UserError } from '../../../core/errors';
import type { FeaturesState } from '../../../protocol/page';
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
        const visible = visibleRanges(editor, 0);
        const at = document.offsetAt(selection.active);
        const { choice } = look;
        const { languageId: language } = document;
        const maxTokens = settings.overlay.maxTokens.value;
        await remote.score({ ...version, passes: ['features'], visible, maxTokens }, signal);
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
};
