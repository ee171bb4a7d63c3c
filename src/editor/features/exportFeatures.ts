// Exports the features of a document: JSON lines, activations for Neuronpedia, or a picture. It is a bundle of its own, so
// what has state is handed over.
import { basename } from 'node:path';
import { Uri, window, workspace, type TextEditor } from 'vscode';
import type { ExportFormat } from '../../protocol/features';
import { overUnchanged, TEXT_OR_AUTOENCODER } from '../engine/unchangedText';
import type { DIALOGS } from '../ui/dialogs';
import { offsetsOf } from '../ui/editorRanges';
import type { Autoencoder } from './autoencoder';

const FORMATS: { label: string; detail: string; format: ExportFormat; ending: string }[] = [
  {
    label: 'Features of every token',
    detail: 'JSON lines, as `tokenscope features --json` prints them',
    format: 'jsonl',
    ending: 'jsonl',
  },
  {
    label: 'Activations for Neuronpedia',
    detail: 'One JSON line per pinned feature; without pins, per most prominent feature here',
    format: 'neuronpedia',
    ending: 'jsonl',
  },
  { label: 'Picture of the view', detail: 'SVG', format: 'svg', ending: 'svg' },
];

/** Of the text in an editor. */
export async function exportFeatures(
  editor: TextEditor,
  autoencoder: Autoencoder,
  { showList, cancellable }: Pick<typeof DIALOGS, 'showList' | 'cancellable'>,
): Promise<void> {
  const { document } = editor;
  const choice = await showList(FORMATS, { title: 'Tokenscope: export features' });
  if (!choice) return;
  const { format, ending } = choice;
  const [visible] = editor.visibleRanges;
  const whole = { utf16Start: 0, utf16End: document.getText().length };
  const shown = !editor.selection.isEmpty ? editor.selection : visible;
  const range = format === 'svg' && shown ? offsetsOf(document, shown) : whole;
  const options = autoencoder.options();
  const text = await cancellable('Tokenscope: exporting features', signal =>
    overUnchanged(
      signal,
      'the export',
      () =>
        autoencoder.askAbout(document, async (remote, at) => {
          await remote.score(
            { ...at, passes: ['features'], visible: [range], maxTokens: Infinity },
            signal,
          );
          return remote.exportFeatures({ ...at, format, range, options }, signal);
        }),
      TEXT_OR_AUTOENCODER,
    ),
  );
  if (text === undefined) return;
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const name = `${basename(document.fileName)}.features.${ending}`;
  const target = await window.showSaveDialog({
    title: 'Tokenscope: export features',
    ...(folder && { defaultUri: Uri.joinPath(folder, name) }),
  });
  if (target) await workspace.fs.writeFile(target, new TextEncoder().encode(text));
}
