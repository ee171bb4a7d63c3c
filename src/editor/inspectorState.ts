// What the inspector's page is told of an editor.
import { workspace, type TextDocument, type TextEditor } from 'vscode';
import { Cancelled } from '../protocol/channel';
import type {
  ComparedText,
  InspectorState,
  NextByteState,
  PageLook,
  VisibleTokens,
} from '../protocol/page';
import type { Engine } from './engine';
import type { Inspection } from './inspection';
import type { OverlayState } from './overlayState';
import { offsetsOf, visibleStretches } from './visible';

/** Tokens listed at once: more than a screen of code holds, few enough to draw at every scroll. */
const LISTED = 1000;

export async function cursorState(
  editor: TextEditor | undefined,
  engine: Engine,
  inspection: Inspection,
  { lensId, isOn }: OverlayState,
  look: PageLook,
): Promise<InspectorState> {
  const state: InspectorState = {
    lens: lensId,
    isOn,
    engine: engine.state.kind,
    message: engine.state.kind === 'failed' ? engine.state.message : '',
    model: engine.state.kind === 'ready' ? engine.state.model.name : '',
    file: editor ? nameOf(editor.document) : '',
    tokens: null,
    split: null,
    second: engine.second?.name ?? '',
    secondProblem: engine.state.kind === 'ready' ? engine.state.secondProblem : '',
    compared: null,
  };
  if (!editor || !isOn || engine.state.kind !== 'ready') return state;
  const utf16Start = editor.document.offsetAt(editor.selection.active);
  const range = { utf16Start, utf16End: utf16Start + 1 };
  const { view } = await inspection.view(editor.document, range, 'alternatives');
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
    visibleStretches(editor, 0),
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

/** A notebook's cell goes by the notebook's name and its place in it. */
function nameOf(document: TextDocument): string {
  for (const notebook of workspace.notebookDocuments) {
    const place = notebook.getCells().findIndex(cell => cell.document === document);
    if (place >= 0) return `${workspace.asRelativePath(notebook.uri)}, cell ${place + 1}`;
  }
  return workspace.asRelativePath(document.uri);
}

export async function visibleTokens(
  editor: TextEditor,
  inspection: Inspection,
): Promise<VisibleTokens> {
  const { document } = editor;
  const { version } = document;
  const stretches = visibleStretches(editor, 0);
  const count = await inspection.count(document, stretches);
  const runs: VisibleTokens['runs'] = [];
  let left = LISTED;
  for (const stretch of stretches) {
    if (left <= 0) break;
    const answer = await inspection.view(document, stretch, 'bytes', left);
    if (answer.version !== version) throw new Cancelled();
    const line = document.positionAt(stretch.utf16Start).line + 1;
    runs.push({ line, view: answer.view });
    left -= answer.view.ids.length;
  }
  return { uri: document.uri.toString(), version, runs, visible: count.ranges };
}
