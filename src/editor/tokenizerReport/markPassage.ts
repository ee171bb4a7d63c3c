// Marks what is selected as the passages that answer a question, in the file of passages that the settings name.
import { Uri, window, workspace, type TextEditor } from 'vscode';
import { UserError } from '../../core/errors';
import { passageLine } from '../../core/tokenizerReport/measures/passages';
import { decodeUtf8, encodeUtf8 } from '../../core/text/utf8';
import type { DIALOGS } from '../ui/dialogs';

const TITLE = 'Tokenscope: mark passages';

/** The setting that names the file. */
interface PassagesSetting {
  readonly value: string;
  update(path: string): Thenable<void>;
}

/** Answers what to tell the user; undefined where it was cancelled. Throws `UserError` where nothing is selected. */
export async function markPassage(
  { document, selections }: TextEditor,
  setting: PassagesSetting,
  { ask }: Pick<typeof DIALOGS, 'ask'>,
): Promise<string | undefined> {
  const selected = selections.filter(({ isEmpty }) => !isEmpty);
  if (selected.length === 0)
    throw new UserError('Nothing is selected. Select the passages that answer a question first.');
  const question = await ask({
    title: TITLE,
    prompt: 'Which question do the selected passages answer?',
  });
  if (!question) return undefined;
  const file = setting.value || (await chooseFile());
  if (!file) return undefined;
  const line = passageLine(
    question,
    workspace.asRelativePath(document.uri, false),
    document.getText(),
    selected.map(({ start, end }) => ({
      utf16Start: document.offsetAt(start),
      utf16End: document.offsetAt(end),
    })),
  );
  await append(Uri.file(file), line);
  if (file !== setting.value) await setting.update(file);
  return `Added the passages for "${question}" to ${file}. Run "Tokenscope: Tokenizer Report…" to compare ways to split the texts into chunks.`;
}

async function chooseFile(): Promise<string | undefined> {
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
  const chosen = await window.showSaveDialog({
    title: `${TITLE} in which file?`,
    filters: { 'JSON lines': ['jsonl'] },
    ...(folder && { defaultUri: Uri.joinPath(folder, 'passages.jsonl') }),
  });
  return chosen?.fsPath;
}

/** After what is there, which may be nothing. */
async function append(uri: Uri, line: string): Promise<void> {
  const before = await textOf(uri);
  const end = before === '' || before.endsWith('\n') ? '' : '\n';
  await workspace.fs.writeFile(uri, encodeUtf8(before + end + line));
}

async function textOf(uri: Uri): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await workspace.fs.readFile(uri);
  } catch {
    return '';
  }
  const text = decodeUtf8(bytes);
  if (text === undefined)
    throw new UserError(`${uri.fsPath} is not UTF-8 text. Choose another file.`);
  return text;
}
