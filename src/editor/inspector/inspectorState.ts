// What the inspector's page is told of an editor.
import { workspace, type TextDocument, type TextEditor } from 'vscode';
import { Cancelled, UserError } from '../../core/errors';
import type { Range16 } from '../../protocol/types';
import type { FeatureSelection } from '../../protocol/features';
import type {
  ComparedText,
  FeaturesState,
  InspectorState,
  NextByteState,
  PageLook,
  VisibleTokens,
} from '../../protocol/page';
import type { Engine } from '../engine/engineClient';
import type { Autoencoder } from '../features/autoencoder';
import type { Inspection, VersionedView } from '../engine/scoringPasses';
import type { OverlayState } from '../overlay/overlayState';
import { settings } from '../settings';
import { offsetsOf, visibleRanges } from '../ui/editorRanges';

/** Features listed of a document. */
const TABLE_ROWS = 100;

/** Tokens listed at once: more than a screen of code holds, few enough to draw at every scroll. */
const LISTED = 1000;

export async function cursorState(
  editor: TextEditor | undefined,
  engine: Engine,
  inspection: Inspection,
  { lensId, isOn, pins }: OverlayState,
  look: PageLook,
): Promise<InspectorState> {
  const state: InspectorState = {
    lens: lensId,
    isOn,
    engine: engine.state.kind,
    message: engine.state.kind === 'failed' ? engine.state.message : '',
    model: engine.state.kind === 'ready' ? engine.state.model.name : '',
    file: editor ? nameOf(editor.document) : '',
    channels: pins.map(({ feature }) => `feature ${feature}`),
    tokens: null,
    split: null,
    second: engine.second?.name ?? '',
    secondProblem: engine.state.kind === 'ready' ? engine.state.secondProblem : '',
    compared: null,
    curve: null,
  };
  if (!editor || !isOn || engine.state.kind !== 'ready') return state;
  const utf16Start = editor.document.offsetAt(editor.selection.active);
  const range = { utf16Start, utf16End: utf16Start + 1 };
  const { view } = await inspection.view(editor.document, range, { details: 'alternatives' });
  const split =
    look.tab === 'split' ? await inspection.split(editor.document, utf16Start, look.typed) : null;
  const compares = look.tab === 'compare' && engine.second;
  const compared = compares ? await comparedText(editor, inspection) : null;
  return { ...state, tokens: view, split, compared };
}

async function comparedText(
  editor: TextEditor,
  inspection: Inspection,
): Promise<ComparedText | null> {
  const { document } = editor;
  const chosen = editor.selections.filter(selection => !selection.isEmpty);
  const { found, uri, version } = await inspection.compare(
    document,
    chosen.map(selection => offsetsOf(document, selection)),
    visibleRanges(editor, 0),
  );
  if (version !== document.version) throw new Cancelled();
  return (
    found && {
      ...{ uri, version, language: document.languageId, comparison: found },
      lines: found.listed.map(({ utf16Start }) => document.positionAt(utf16Start).line + 1),
      hasSelection: chosen.length > 0,
    }
  );
}

export async function nextByteState(
  editor: TextEditor,
  inspection: Inspection,
  signal: AbortSignal,
): Promise<NextByteState> {
  const { document, selection } = editor;
  const { line, character } = selection.active;
  const before = document.lineAt(line).text.slice(0, character);
  const found = await inspection.nextBytes(document, document.offsetAt(selection.active), signal);
  return { file: nameOf(document), line: line + 1, column: character + 1, before, found };
}

/** What fires at the cursor and in the text; with the page of the feature that is looked at. */
export async function featuresState(
  editor: TextEditor,
  features: Autoencoder,
  choice: FeatureSelection,
  signal: AbortSignal,
): Promise<FeaturesState> {
  const { document, selection } = editor;
  const at = document.offsetAt(selection.active);
  const { densityCutoff, pins } = features.options();
  const state = {
    ...{ file: nameOf(document), uri: document.uri.toString(), version: document.version },
    ...{ densityCutoff, pins, at: null, table: null, page: null },
  };
  const { page: feature } = features;
  try {
    return await features.askAbout(document, async (remote, version) => {
      const visible = visibleRanges(editor, 0);
      const maxTokens = settings.maxTokens();
      await remote.score({ ...version, passes: ['features'], visible, maxTokens }, signal);
      const table = { ...version, densityCutoff, choice, rows: TABLE_ROWS };
      const ask = { feature: feature!, uri: state.uri, language: document.languageId };
      return {
        ...{ ...state, sae: features.info ?? null, problem: '' },
        at: await remote.featuresAt({ ...version, at, details: true }, signal),
        table: await remote.featureTable(table, signal),
        page: feature === undefined ? null : await remote.featurePage(ask, signal),
      };
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { ...state, sae: null, problem: error.message };
  }
}

/** A notebook's cell goes by the notebook's name and its place in it. */
function nameOf(document: TextDocument): string {
  for (const notebook of workspace.notebookDocuments) {
    const place = notebook.getCells().findIndex(cell => cell.document === document);
    if (place >= 0) return `${workspace.asRelativePath(notebook.uri)}, cell ${place + 1}`;
  }
  return workspace.asRelativePath(document.uri);
}

/** Of more tokens than a page draws at once, those around the cursor. */
export async function visibleTokens(
  editor: TextEditor,
  engine: Engine,
  inspection: Inspection,
): Promise<VisibleTokens> {
  const { document, selection } = editor;
  const { version } = document;
  const stretches = visibleRanges(editor, 0);
  const count = await inspection.count(document, stretches);
  const cursor = document.offsetAt(selection.active);
  const behind = stretches.findIndex(({ utf16End }) => utf16End > cursor);
  const here = behind < 0 ? stretches.length - 1 : behind;
  const runs: VisibleTokens['runs'] = [];
  let left = LISTED;
  const list = async (range: Range16, around: number) => {
    if (left <= 0) return undefined;
    const { view } = current(
      await inspection.view(document, range, { details: 'bytes', maxTokens: left, around }),
    );
    left -= view.ids.length;
    if (view.ids.length === 0) return undefined;
    const utf16Start = view.utf16Starts[0]!;
    const run = { line: document.positionAt(utf16Start).line + 1, view, second: null };
    if (!engine.second) return run;
    const all = { details: 'bytes', second: true, maxTokens: Infinity } as const;
    const same = { utf16Start, utf16End: view.utf16Ends.at(-1)! };
    return { ...run, second: current(await inspection.view(document, same, all)).view };
  };
  // The stretch with the cursor, then what is below it, then what is above it.
  for (let i = here; i >= 0 && i < stretches.length; i++) {
    const run = await list(stretches[i]!, i === here ? cursor : 0);
    if (run) runs.push(run);
  }
  for (let i = here - 1; i >= 0; i--) {
    const run = await list(stretches[i]!, stretches[i]!.utf16End);
    if (run) runs.unshift(run);
  }
  return { uri: document.uri.toString(), version, runs, visible: count.ranges };

  function current(answer: VersionedView): VersionedView {
    if (answer.version !== version) throw new Cancelled();
    return answer;
  }
}
