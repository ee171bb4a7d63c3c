// Trains a tokenizer on the user's text and writes it to a file that the user names.
import { Uri, window, workspace } from 'vscode';
import { formatBytes, formatCount, formatNumberOf } from '../../core/format';
import type { ReportServices } from './tokenizerReports';
import { overFiles } from './overFiles';
import { askForSubject } from './subject';

const TITLE = 'Tokenscope: train a tokenizer';
const ENTRIES = 8192;
const [FEWEST, MOST] = [257, 1 << 20];

/** Answers what to tell the user; undefined where it was cancelled. `given`: what a menu was opened on. */
export async function trainTokenizer(
  given: Uri | undefined,
  services: Pick<ReportServices, 'engine' | 'ui'>,
): Promise<string | undefined> {
  const { ui } = services;
  const subject = await askForSubject(given, `${TITLE} on which text?`, ui);
  if (!subject) return undefined;
  const entries = await ui.ask({
    title: TITLE,
    prompt: 'Vocabulary size, including the 256 bytes',
    value: String(ENTRIES),
    validateInput: text =>
      /^\d+$/.test(text) && Number(text) >= FEWEST && Number(text) <= MOST
        ? undefined
        : `A whole number from ${FEWEST} to ${formatCount(MOST)}`,
  });
  if (entries === undefined) return undefined;
  const folder = workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri;
  const target = await window.showSaveDialog({
    title: TITLE,
    saveLabel: 'Train',
    filters: { JSON: ['json'] },
    ...(folder && { defaultUri: Uri.joinPath(folder, 'tokenizer.json') }),
  });
  if (!target) return undefined;
  const trained = await overFiles(
    `Training a tokenizer on ${subject.name}`,
    subject,
    services,
    (remote, files, signal) =>
      remote.trainTokenizer({ files, entries: Number(entries), target: target.fsPath }, signal),
  );
  if (!trained) return undefined;
  const { path, entries: made, files, bytes, skipped } = trained;
  const fewer = made < Number(entries) ? ', because no pair was left to merge' : '';
  const left = skipped.length > 0 ? ` ${formatNumberOf(skipped.length, 'file')} not read.` : '';
  return `Trained ${formatCount(made)} entries on ${formatNumberOf(files, 'file')} with ${formatBytes(bytes)}${fewer}: ${path}.${left} Compare it with "Tokenscope: Compare with Tokenizer or Model…", or open it with "Tokenscope: Choose Model or Tokenizer…".`;
}
