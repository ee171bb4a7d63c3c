// Calls of tools by a language model in VS Code: the engine answers them, about the model that is open, a text that is
// given, or a file of the workspace.
import { isAbsolute } from 'node:path';
import {
  CancellationError,
  LanguageModelTextPart,
  LanguageModelToolResult,
  Uri,
  workspace,
  type CancellationToken,
  type PreparedToolInvocation,
} from 'vscode';
import { Cancelled } from '../../core/errors';
import type { ToolFiles, ToolInput } from '../../protocol/tools';
import type { Engine } from '../engine/engineClient';

/** What is said while a tool is at work, by its name. */
const DOING: Readonly<Record<string, string>> = {
  count_tokens: 'Counting tokens with Tokenscope',
  score_text: 'Scoring text with Tokenscope',
  next_bytes: 'Computing the next byte with Tokenscope',
  explain_token: 'Explaining a token with Tokenscope',
};

const WITHOUT_ROOTS =
  'only files in workspace folders are read, and no folder is open. Pass the content as text, or open a folder.';

export interface ToolCall {
  readonly engine: Engine;
  readonly name: string;
  readonly input: ToolInput;
  readonly token: CancellationToken;
  onError(error: unknown): void;
}

export function prepared(name: string): PreparedToolInvocation {
  const invocationMessage = DOING[name];
  return invocationMessage === undefined ? {} : { invocationMessage };
}

/** Throws an error whose message is for the language model, and `CancellationError`. */
export async function callTool({
  engine,
  name,
  input,
  token,
  onError,
}: ToolCall): Promise<LanguageModelToolResult> {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  const listener = token.onCancellationRequested(() => controller.abort());
  try {
    const params = { name, input, files: filesOf(input) };
    const { text, data } = await engine.call(({ remote }) =>
      remote.runTool(params, controller.signal),
    );
    const parts = [text, JSON.stringify(data)].map(part => new LanguageModelTextPart(part));
    return new LanguageModelToolResult(parts);
  } catch (error) {
    if (error instanceof Cancelled) throw new CancellationError();
    onError(error);
    throw error;
  } finally {
    listener.dispose();
  }
}

/** The workspace's folders, and the texts of files that the input may name, where an editor has changes that are not saved. */
function filesOf({ path }: ToolInput): ToolFiles {
  const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  const roots = folders.map(({ uri }) => uri.fsPath);
  const files = { roots, withoutRoots: WITHOUT_ROOTS };
  if (typeof path !== 'string') return files;
  const named = urisOf(path, folders).map(uri => uri.fsPath);
  // Which folder's file it is, the engine finds out.
  const changed = workspace.textDocuments.filter(
    ({ uri, isDirty }) => isDirty && uri.scheme === 'file' && named.includes(uri.fsPath),
  );
  if (changed.length === 0) return files;
  return {
    ...files,
    open: Object.fromEntries(changed.map(each => [each.uri.fsPath, each.getText()])),
  };
}

function urisOf(path: string, folders: readonly { readonly uri: Uri }[]): Uri[] {
  if (path.startsWith('file:')) return [Uri.parse(path)];
  return isAbsolute(path) ? [Uri.file(path)] : folders.map(({ uri }) => Uri.joinPath(uri, path));
}
