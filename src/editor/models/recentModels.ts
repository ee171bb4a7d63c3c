// Which models were chosen on this machine, the newest first, and whether anybody ever chose one or saw the message about them.
import type { Memento } from 'vscode';

const RECENT = 'tokenscope.recentModels';
const CHOSEN = 'tokenscope.hasChosenModel';
const MOST = 8;

export function recentModels(memory: Memento): string[] {
  return memory.get<string[]>(RECENT, []);
}

/** Puts a model that was opened before the others. `path`: empty for the built-in code model, which needs no place. */
export async function keepRecent(memory: Memento, path: string): Promise<void> {
  await keepChosen(memory);
  if (!path) return;
  const others = recentModels(memory).filter(each => each !== path);
  await memory.update(RECENT, [path, ...others].slice(0, MOST));
}

export function hasChosen(memory: Memento): boolean {
  return memory.get(CHOSEN, false);
}

export async function keepChosen(memory: Memento): Promise<void> {
  await memory.update(CHOSEN, true);
}
