// What a tokenizer report is of: the selection, a file or a folder, as the user chooses.
import { posix } from 'node:path';
import {
  Uri,
  window,
  workspace,
  type QuickPickItem,
  type Selection,
  type TextDocument,
} from 'vscode';
import { decodeUtf8 } from '../../core/text/utf8';
import { NO_TEXT, reasonToSkip } from '../../core/text/textFiles';
import type { ReportFile } from '../../protocol/tokenizerReport';
import { filesIn, folderName, pathIn } from '../counting/folderFiles';
import type { pickUri } from '../ui/pickPath';

export interface Subject {
  /** For display. */
  readonly name: string;
  /** Files are read anew at each run; a selection is what it was. Throws `UserError` where there is nothing to read. */
  files(): Promise<readonly ReportFile[]>;
  /** Where a path of the report is; undefined where it is nowhere any more. */
  placeOf(path: string): { readonly uri: Uri; readonly utf16Offset: number } | undefined;
}

/** Undefined where the user chose nothing. `given`: what a menu was opened on; `question`: of the list. */
export async function askForSubject(
  given: Uri | undefined,
  question: string,
  ui: { pickUri: typeof pickUri },
): Promise<Subject | undefined> {
  if (given) return ofUri(given);
  const editor = window.activeTextEditor;
  const known: (QuickPickItem & { value: Subject })[] = [];
  if (editor && !editor.selection.isEmpty) {
    const value = ofSelection(editor.document, editor.selection);
    known.push({ label: 'Selection', description: value.name, value });
  }
  if (editor) {
    const value = ofUri(editor.document.uri);
    known.push({ label: 'Open file', description: value.name, value });
  }
  for (const { name, uri } of workspace.workspaceFolders ?? [])
    known.push({ label: name, description: 'folder of the workspace', value: ofUri(uri) });
  const chosen = await ui.pickUri<Subject>({
    title: question,
    openLabel: 'Choose',
    known,
    folders: {},
    files: {},
  });
  return chosen instanceof Uri ? ofUri(chosen) : chosen;
}

function ofSelection(document: TextDocument, selection: Selection): Subject {
  const name = `${folderName(document.uri)}, from line ${selection.start.line + 1}`;
  const text = document.getText(selection);
  const place = { uri: document.uri, utf16Offset: document.offsetAt(selection.start) };
  return {
    name,
    files: async () => [{ path: name, text }],
    placeOf: path => (path === name ? place : undefined),
  };
}

function ofUri(uri: Uri): Subject {
  let found = new Map<string, Uri>();
  return {
    name: folderName(uri),
    async files() {
      const paths = openDocument(uri)
        ? [[posix.basename(uri.path), uri] as const]
        : await pathsIn(uri);
      found = new Map(paths);
      return Promise.all(paths.map(([path, each]) => reportFile(path, each)));
    },
    placeOf(path) {
      const at = found.get(path);
      return at && { uri: at, utf16Offset: 0 };
    },
  };
}

async function pathsIn(uri: Uri) {
  const { base, uris } = await filesIn(uri);
  return uris.map(each => [pathIn(base, each), each] as const);
}

/** What is not saved is read from the editor; a file of this machine by the engine. */
async function reportFile(path: string, uri: Uri): Promise<ReportFile> {
  const open = openDocument(uri);
  if (open && (open.isDirty || uri.scheme !== 'file')) return { path, text: open.getText() };
  if (uri.scheme === 'file') return { path, file: uri.fsPath, withoutMark: true };
  try {
    const { size } = await workspace.fs.stat(uri);
    const reason = reasonToSkip(path, size);
    if (reason) return { path, reason };
    const text = decodeUtf8(await workspace.fs.readFile(uri));
    return text === undefined ? { path, reason: NO_TEXT } : { path, text };
  } catch (error) {
    return { path, reason: `cannot be read: ${(error as Error).message}` };
  }
}

const openDocument = (uri: Uri) =>
  workspace.textDocuments.find(each => each.uri.toString() === uri.toString());
