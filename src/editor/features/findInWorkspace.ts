// Finds where a feature fires in the workspace's files, highest first.
import { Uri, workspace } from 'vscode';
import { decodeUtf8 } from '../../core/text/utf8';
import { reasonToSkip } from '../../core/text/textFiles';
import { Cancelled, UserError } from '../../core/errors';
import type { FeatureExample } from '../../protocol/features';
import { openAt } from '../ui/goTo';
import { showList } from '../ui/messages';
import { inform } from '../ui/notifications';
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
    const uris = await workspace.findFiles('**/*', undefined, SEARCHED_FILES);
    const all: FeatureExample[] = [];
    for (const [i, uri] of uris.entries()) {
      if (signal.aborted) break;
      report(i + 1, uris.length, `file ${i + 1} of ${uris.length}`);
      all.push(...(await examplesIn(autoencoder, uri, feature, signal)));
      if (autoencoder.info?.path !== sae)
        throw new UserError(
          'Another autoencoder was opened during the search. Run the search again.',
        );
    }
    // A search that was cancelled shows what it had found.
    return all.sort((a, b) => b.value - a.value);
  });
  if (!found) return;
  if (found.length === 0) {
    return inform(`Feature ${feature} does not fire in any text of the workspace.`);
  }
  const items = found.slice(0, LISTED).map(example => ({
    example,
    label: `${example.before.trimStart()}▸${example.token}◂${example.after}`.trim(),
    description: example.value.toFixed(2),
    detail: `${workspace.asRelativePath(Uri.parse(example.uri))}, line ${example.line}`,
  }));
  const choice = await showList(items, {
    title: `Tokenscope: where feature ${feature} fires, highest first`,
    matchOnDetail: true,
  });
  if (choice) await openAt(choice.example);
}

async function examplesIn(
  autoencoder: Autoencoder,
  uri: Uri,
  feature: number,
  signal: AbortSignal,
): Promise<readonly FeatureExample[]> {
  const { size } = await workspace.fs.stat(uri);
  if (reasonToSkip(uri.path, size)) return [];
  const text = decodeUtf8(await workspace.fs.readFile(uri));
  if (text === undefined) return [];
  const request = { uri: uri.toString(), text, feature, count: EXAMPLES_PER_FILE };
  try {
    return await autoencoder.call(remote => remote.examplesIn(request, signal));
  } catch (error) {
    if (error instanceof Cancelled) return [];
    throw error;
  }
}
