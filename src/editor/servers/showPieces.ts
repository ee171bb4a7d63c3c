// The text of the active editor in a server's own tokens, whose tokenizer is not known: a file of saved log-probabilities,
// which is opened as such files are.
import { basename } from 'node:path';
import { commands, Uri, workspace } from 'vscode';
import { formatNumberOf } from '../../core/format';
import type { Engine } from '../engine/engineClient';
import { activeText } from '../ui/editorRanges';
import { inform } from '../ui/notifications';
import { cancellable } from '../ui/progress';

export interface PiecesOptions {
  readonly engine: Pick<Engine, 'aside'>;
  /** Where the file is kept. */
  readonly storage: Uri;
}

/** Throws `UserError` where no text is active, or the server does not name its tokens. */
export async function showServerPieces(
  address: string,
  { engine, storage }: PiecesOptions,
): Promise<void> {
  const { document } = activeText();
  const text = document.getText();
  const found = await cancellable('Asking the server for its tokens', signal =>
    engine.aside(remote => remote.serverPieces({ address, text }), signal),
  );
  if (!found) return;
  const { row, model, host, pieces, merged } = found;
  const folder = Uri.joinPath(storage, 'pieces');
  await workspace.fs.createDirectory(folder);
  const name = `${basename(document.uri.path)} by ${basename(model)}.jsonl`;
  const file = Uri.joinPath(folder, name.replace(/[\\/:*?"<>|]/g, '-'));
  await workspace.fs.writeFile(file, Buffer.from(row));
  await commands.executeCommand('tokenscope.openTraces', file);
  const several =
    merged > 0
      ? ` ${formatNumberOf(merged, 'piece')} cover characters that several tokens share. The bytes of each of these tokens are not known, so their surprisals are added.`
      : '';
  inform(
    `${basename(document.uri.path)} in ${formatNumberOf(pieces, 'piece')}, as ${basename(model)} at ${host} has them.${several} Their ids are not known. For completions, bytes and rollouts, choose a tokenizer with "Tokenscope: Connect to a Server…".`,
  );
}
