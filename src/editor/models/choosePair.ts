// Lets the user choose a positive and a negative model, whose contrast a lens shows, or those that the model's folder
// names.
import type { QuickPickItem } from 'vscode';
import { basename } from 'node:path';
import type { Engine } from '../engine/engineClient';
import { chosenPair, pairOf, settings } from '../settings';
import { keepingOpen, PAIRS } from '../ui/keepingOpen';
import { showList } from '../ui/messages';
import { pickPath } from '../ui/pickPath';
import { inStatusBar } from '../ui/progress';

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

/** Opens a pair, then chooses it. Returns whether one was chosen. Throws `UserError` if it cannot be opened. */
export async function chooseModelPair(engine: Engine): Promise<boolean> {
  const now = chosenPair();
  const nameOf = (folder: string) => (folder ? basename(folder) : 'the opened model');
  const choice = await showList(CHOICES, {
    title: 'Tokenscope: pair of models',
    placeHolder: now
      ? `now: ${nameOf(now.positive.folder)} against ${nameOf(now.negative.folder)}`
      : 'One model with two prompts: see the settings tokenscope.pair.*Prompt',
  });
  if (!choice) return false;
  const isOwn = choice.chooses === 'none';
  const positive = isOwn ? '' : await pickMember('Use as Positive Model');
  const negative = isOwn ? '' : positive && (await pickMember('Use as Negative Model'));
  if (positive === undefined || negative === undefined) return false;
  const members = pairOf(positive, negative);
  await inStatusBar('Opening the pair', () =>
    keepingOpen(
      engine.call(({ remote }) =>
        remote.choosePair({ ...(members && { members }), opensNow: true }),
      ),
      PAIRS,
    ),
  );
  await settings.pair.members.positive.update(positive);
  await settings.pair.members.negative.update(negative);
  return true;
}

function pickMember(title: string): Promise<string | undefined> {
  return pickPath({ title, openLabel: title, folders: {} });
}
