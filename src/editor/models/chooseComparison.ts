// Lets the user choose a tokenizer that the model's is compared with, or none.
import { ProgressLocation, window, type QuickPickItem } from 'vscode';
import { basename, dirname, join } from 'node:path';
import type { Engine } from '../engine/engineClient';
import { settings } from '../settings';

/** Answers whether one was chosen. Throws `UserError` where it cannot be opened; the choice is then as before. */
export async function chooseSecondTokenizer(engine: Engine, builtIn: string): Promise<boolean> {
  const path = await askForPath(builtIn);
  if (!path) return false;
  const progress = { location: ProgressLocation.Window, title: `Opening ${basename(path)}` };
  await window.withProgress(progress, () =>
    engine.call(({ remote }) => remote.compareWith({ path })),
  );
  await settings.compare.tokenizer.update(path);
  return true;
}

async function askForPath(builtIn: string): Promise<string | undefined> {
  const now = settings.compare.tokenizer.value;
  type Choice = QuickPickItem & { path?: string; canSelectFiles?: boolean };
  const stories = join(dirname(builtIn), 'stories260K');
  const own = new Map([
    [builtIn, 'the built-in code model'],
    [stories, 'a small model of stories, which comes with Tokenscope'],
  ]);
  const known: Choice[] = [now, builtIn, stories]
    .filter((path, i, all) => path && all.indexOf(path) === i)
    .map(path => ({ label: basename(path), description: own.get(path) ?? path, path }));
  const folder: Choice = {
    label: 'Choose a folder…',
    detail:
      'One with a tokenizer.json, or with vocab.json and merges.txt. A model in it is compared, too.',
    canSelectFiles: false,
  };
  const file: Choice = {
    label: 'Choose a file…',
    detail: 'A tokenizer.json, a .tiktoken file, or a tokenizer.bin of llama2.c.',
    canSelectFiles: true,
  };
  const choice = await window.showQuickPick([...known, folder, file], {
    title: 'Tokenscope: compare with tokenizer or model',
    placeHolder: now
      ? `now: ${now}`
      : 'The second tokenizer is drawn beside the model’s; two models are compared byte by byte',
  });
  if (!choice || choice.path) return choice?.path;
  const { canSelectFiles = false } = choice;
  const [chosen] =
    (await window.showOpenDialog({
      canSelectFiles,
      canSelectFolders: !canSelectFiles,
      openLabel: 'Compare',
    })) ?? [];
  return chosen?.fsPath;
}
