// Finds where a feature fires in the workspace's files, highest first.
import { Uri, workspace } from 'vscode';
import { formatCount } from '../../core/format';
import { decodeUtf8 } from '../../core/text/utf8';
import { reasonToSkip } from '../../core/text/textFiles';
import { Cancelled, UserError } from '../../core/errors';
import type { FeatureExample } from '../../protocol/features';
import type { Refusal } from '../../protocol/types';
import { openAt } from '../ui/goTo';
import { showList } from '../ui/messages';
import { inform } from '../ui/notifications';
import { PACKAGE_FOLDERS } from '../ui/packageFolders';
import { cancellable, shareReporter } from '../ui/progress';
import type { Autoencoder } from './autoencoder';

const SEARCHED_FILES = 2000;
const EXAMPLES_PER_FILE = 3;
const LISTED = 200;

/** Searches file by file, with progress; then lists the places to go to. */
export async function findInWorkspace(autoencoder: Autoencoder, feature: number): Promise<void> {
  const title = `Tokenscope: searching for feature ${feature}`;
  const found = await cancellable(title, async (signal, progress) => {
    const report = shareReporter(progress);
    const sae = await autoencoder.call(async () => autoencoder.info?.path);
    const files = await workspace.findFiles('**/*', PACKAGE_FOLDERS, SEARCHED_FILES + 1);
    const uris = files.slice(0, SEARCHED_FILES);
    const all: FeatureExample[] = [];
    const searched = { texts: 0, unread: 0, isPart: files.length > uris.length };
    const refused: string[] = [];
    for (const [i, uri] of uris.entries()) {
      if (signal.aborted) break;
      report(i + 1, uris.length, `file ${i + 1} of ${uris.length}`);
      const text = await textOf(uri);
      if (text === null) searched.unread++;
      const found = text && (await examplesIn(autoencoder, uri, text, feature, signal));
      if (found && 'refused' in found)
        refused.push(`${workspace.asRelativePath(uri)}: ${found.refused}.`);
      else if (found) {
        searched.texts++;
        all.push(...found);
      }
      if (autoencoder.info?.path !== sae)
        throw new UserError(
          'Another autoencoder was opened during the search. Run the search again.',
        );
    }
    // A search that was cancelled shows what it had found.
    return {
      examples: all.sort((a, b) => b.value - a.value),
      words: wordsOf({ ...searched, refused, isCancelled: signal.aborted }),
    };
  });
  if (!found) return;
  const { examples, words } = found;
  if (examples.length === 0) {
    return inform(`Feature ${feature} does not fire in any text that was searched. ${words}`);
  }
  const items = examples.slice(0, LISTED).map(example => ({
    example,
    label: `${example.before.trimStart()}▸${example.token}◂${example.after}`.trim(),
    description: example.value.toFixed(2),
    detail: `${workspace.asRelativePath(Uri.parse(example.uri))}, line ${example.line}`,
  }));
  const choice = await showList(items, {
    title: `Tokenscope: where feature ${feature} fires, highest first`,
    placeHolder:
      examples.length > LISTED
        ? `The ${LISTED} highest of ${formatCount(examples.length)} places. ${words}`
        : words,
    matchOnDetail: true,
  });
  if (choice) await openAt(choice.example);
}

/** How much of the workspace was searched. */
function wordsOf(searched: {
  texts: number;
  unread: number;
  /** Why texts were left out. */
  refused: readonly string[];
  isPart: boolean;
  isCancelled: boolean;
}): string {
  const { texts, unread, refused, isPart, isCancelled } = searched;
  const [first] = refused;
  return [
    `Texts searched: ${formatCount(texts)}.`,
    ...(unread > 0 ? [`Files that could not be read: ${formatCount(unread)}.`] : []),
    ...(first ? [`Texts left out: ${formatCount(refused.length)}. ${first}`] : []),
    ...(isPart
      ? [`Only the first ${formatCount(SEARCHED_FILES)} files of the workspace were searched.`]
      : []),
    ...(isCancelled ? ['The search was cancelled.'] : []),
  ].join(' ');
}

/** Undefined if a file is no text, null if it cannot be read. */
async function textOf(uri: Uri): Promise<string | undefined | null> {
  try {
    const { size } = await workspace.fs.stat(uri);
    return reasonToSkip(uri.path, size) ? undefined : decodeUtf8(await workspace.fs.readFile(uri));
  } catch {
    return null;
  }
}

/** Undefined if the search was cancelled. */
async function examplesIn(
  autoencoder: Autoencoder,
  uri: Uri,
  text: string,
  feature: number,
  signal: AbortSignal,
): Promise<readonly FeatureExample[] | Refusal | undefined> {
  const request = { uri: uri.toString(), text, feature, count: EXAMPLES_PER_FILE };
  try {
    return await autoencoder.call(remote => remote.examplesIn(request, signal));
  } catch (error) {
    if (error instanceof Cancelled) return undefined;
    throw error;
  }
}
