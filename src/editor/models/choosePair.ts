// Lets the user choose a positive and a negative model, whose contrast a lens shows, or those that the model's folder
// names.
import { window, type QuickPickItem } from 'vscode';
import { basename } from 'node:path';
import { chosenPair, settings } from '../settings';
import { pickPath } from '../ui/pickPath';

type Choice = QuickPickItem & { readonly chooses: 'folders' | 'none' };

const CHOICES: Choice[] = [
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

/** Returns whether a pair was chosen. */
export async function chooseModelPair(): Promise<boolean> {
  const now = chosenPair();
  const nameOf = (folder: string) => (folder ? basename(folder) : 'the opened model');
  const choice = await window.showQuickPick(CHOICES, {
    title: 'Tokenscope: pair of models',
    placeHolder: now
      ? `now: ${nameOf(now.positive.folder)} against ${nameOf(now.negative.folder)}`
      : 'One model with two prompts: see the settings tokenscope.pair.*Prompt',
  });
  if (!choice) return false;
  if (choice.chooses === 'none') {
    await updatePair('', '');
    return true;
  }
  const positive = await pickMember('Use as Positive Model');
  const negative = positive && (await pickMember('Use as Negative Model'));
  if (!positive || !negative) return false;
  await updatePair(positive, negative);
  return true;
}

function pickMember(title: string): Promise<string | undefined> {
  return pickPath({ title, openLabel: title, folders: {} });
}

async function updatePair(positive: string, negative: string): Promise<void> {
  await settings.pair.members.positive.update(positive);
  await settings.pair.members.negative.update(negative);
}
