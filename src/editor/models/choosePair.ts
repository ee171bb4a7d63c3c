// Lets the user choose a positive and a negative model, whose contrast a lens shows, or those that the model's folder
// names. It is a bundle of its own, so what has state is handed over.
import type { QuickPickItem } from 'vscode';
import { basename } from 'node:path';
import type { PairMembers } from '../../protocol/traces';
import type { Engine } from '../engine/engineClient';
import type { Setting } from '../setting';
import type { showList } from '../ui/messages';
import type { pickPath } from '../ui/pickPath';

export interface PairSurroundings {
  readonly engine: Engine;
  readonly settings: Readonly<Record<'positive' | 'negative', Setting<string>>>;
  /** The pair that is chosen. */
  readonly now: PairMembers | undefined;
  /** Two folders with the prompts that are set. */
  readonly pairOf: (positive: string, negative: string) => PairMembers | undefined;
  readonly showList: typeof showList;
  readonly pickPath: typeof pickPath;
  /** Shows that it opens, and says what stays open where it cannot. Undefined if it was cancelled. */
  readonly opening: (open: (signal: AbortSignal) => Promise<true>) => Promise<true | undefined>;
}

type Choice = QuickPickItem & { readonly chooses: 'folders' | 'none' };

const CHOICES: Choice[] = [
  {
    label: 'Choose two folders…',
    detail:
      'First the positive model (for example, tuned on right traces, or the larger one), then the negative one. Both must use the tokenizer of the open model.',
    chooses: 'folders',
  },
  {
    label: 'The pair of the model’s folder',
    detail: 'Its tokenscope.json has a "pair"; the built-in reasoning model has one.',
    chooses: 'none',
  },
];

/** Opens a pair, then chooses it. Returns whether one was chosen. Throws `UserError` if it cannot be opened. */
export async function chooseModelPair({
  engine,
  settings,
  now,
  pairOf,
  showList,
  pickPath,
  opening,
}: PairSurroundings): Promise<boolean> {
  const nameOf = (folder: string) => (folder ? basename(folder) : 'the open model');
  const choice = await showList(CHOICES, {
    title: 'Tokenscope: pair of models',
    placeHolder: now
      ? `now: ${nameOf(now.positive.folder)} against ${nameOf(now.negative.folder)}`
      : 'To use one model with two prompts, see the settings tokenscope.pair.*Prompt',
  });
  if (!choice) return false;
  const pickMember = (title: string) => pickPath({ title, openLabel: title, folders: {} });
  const isOwn = choice.chooses === 'none';
  const positive = isOwn ? '' : await pickMember('Use as Positive Model');
  const negative = isOwn ? '' : positive && (await pickMember('Use as Negative Model'));
  if (positive === undefined || negative === undefined) return false;
  const members = pairOf(positive, negative);
  const isOpen = await opening(async signal => {
    const request = { ...(members && { members }), opensNow: true };
    await engine.call(({ remote }) => remote.choosePair(request, signal));
    return true;
  });
  if (!isOpen) return false;
  await settings.positive.update(positive);
  await settings.negative.update(negative);
  return true;
}
