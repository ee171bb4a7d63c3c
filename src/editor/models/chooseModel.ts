// Lets the user choose what to look through: the built-in model, or any folder with a model or a tokenizer.
import { window, type QuickPickItem } from 'vscode';
import { basename, dirname, join } from 'node:path';
import { settings } from '../settings';

/** `builtIn`: the folder of the built-in model. */
export async function chooseModel(builtInFolder: string): Promise<void> {
  const now = settings.model.folder.value;
  const builtIn: QuickPickItem = { label: 'coder', description: 'built-in code model' };
  const reasoner: QuickPickItem = {
    label: 'reasoner',
    description: 'built-in model of word problems, with a positive and a negative one',
  };
  const reasonerFolder = join(dirname(builtInFolder), 'reasoner', 'base');
  const browse: QuickPickItem = {
    label: 'Choose a folder…',
    detail: 'A model folder as on the Hugging Face hub, or one with tokenizer files alone.',
  };
  const current: QuickPickItem[] =
    now && now !== reasonerFolder ? [{ label: basename(now), description: now }] : [];
  const choice = await window.showQuickPick([...current, builtIn, reasoner, browse], {
    title: 'Tokenscope: model or tokenizer',
    placeHolder: now ? `now: ${now}` : 'now: the built-in code model',
  });
  if (choice === builtIn) await settings.model.folder.update('');
  if (choice === reasoner) await settings.model.folder.update(reasonerFolder);
  if (choice !== browse) return;
  const [folder] =
    (await window.showOpenDialog({
      canSelectFiles: false,
      canSelectFolders: true,
      openLabel: 'Use This Model',
    })) ?? [];
  if (folder) await settings.model.folder.update(folder.fsPath);
}
