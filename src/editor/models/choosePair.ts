// Lets the user choose a positive and a negative model, whose contrast a lens shows; or that the model's folder names them.
import { window, type QuickPickItem } from 'vscode';
import { basename } from 'node:path';
import { chosenPair, settings } from '../settings';

type Choice = QuickPickItem & { readonly chooses: 'folders' | 'none' };

/** Answers whether one was chosen. */
export async function chooseModelPair(): Promise<boolean> {
  const now = chosenPair();
  const nameOf = (folder: string) => (folder ? basename(folder) : 'the opened model');
  const choices: Choice[] = [
    {
      label: 'Choose two folders…',
      detail:
        'First the positive model (tuned on right traces, the larger one, an expert), then the negative one. They have the opened model’s tokens.',
      chooses: 'folders',
    },
    {
      label: 'What the model’s folder names',
      detail: 'The "pair" of its tokenscope.json, as the built-in reasoning model has one.',
      chooses: 'none',
    },
  ];
  const choice = await window.showQuickPick(choices, {
    title: 'Tokenscope: pair of models',
    placeHolder: now
      ? `now: ${nameOf(now.positive.folder)} against ${nameOf(now.negative.folder)}`
      : 'One model with two prompts: see the settings tokenscope.pair.*Prompt',
  });
  if (!choice) return false;
  if (choice.chooses === 'none') {
    await choosePair('', '');
    return true;
  }
  const positive = await folderFor('Use as Positive Model');
  const negative = positive && (await folderFor('Use as Negative Model'));
  if (!positive || !negative) return false;
  await choosePair(positive, negative);
  return true;
}

async function folderFor(openLabel: string): Promise<string | undefined> {
  const options = { canSelectFiles: false, canSelectFolders: true, openLabel, title: openLabel };
  const [folder] = (await window.showOpenDialog(options)) ?? [];
  return folder?.fsPath;
}

async function choosePair(positive: string, negative: string): Promise<void> {
  await settings.pair.members.positive.update(positive);
  await settings.pair.members.negative.update(negative);
}
