// Lets the user choose the model: a built-in one, one that another program keeps on this machine, or any folder or file.
import { commands, ThemeIcon } from 'vscode';
import { basename, dirname, join } from 'node:path';
import type { Engine } from '../engine/engineClient';
import { keepingOpen, MODELS } from '../ui/keepingOpen';
import { createList, showList } from '../ui/messages';
import { inform } from '../ui/notifications';
import { pickPath } from '../ui/pickPath';
import { inStatusBar } from '../ui/progress';
import type { ChosenModel } from './chosenModel';

/** Opens it, then chooses it. Throws `UserError` if it cannot be opened. */
export async function chooseModel(engine: Engine, chosen: ChosenModel): Promise<void> {
  const { pickModel, keepRecent } = await import('./modelPicker');
  const { state } = engine;
  const { memory } = chosen;
  const picked = await pickModel({
    engine,
    memory,
    reasoner: reasonerBeside(chosen.builtIn),
    now: chosen.path,
    open: state.kind === 'ready' ? state.model.name : '',
    dtypeOf: path => chosen.dtypeOf(path),
    dtypeIcon: new ThemeIcon('settings-gear'),
    createList,
    showList,
    pickPath,
    getModel: () => commands.executeCommand('tokenscope.getModel'),
    connectServer: () => commands.executeCommand('tokenscope.connectServer'),
  });
  if (!picked) return;
  const { path, dtype } = picked;
  await openModel(engine, chosen, path, dtype);
  await keepRecent(memory, path);
}

let looks = true;

/** Shows once, to somebody who has never chosen a model, that another one on this machine can be opened. */
export async function offerModel(engine: Engine, chosen: ChosenModel): Promise<void> {
  if (!looks || chosen.path) return;
  looks = false;
  const lazy = await import('./offerModel');
  await lazy.offerModel({ engine, memory: chosen.memory, inform });
}

/**
 * Opens a model, then chooses it. `path`: empty for the built-in one. `dtype`: chosen for it, and kept. Throws `UserError`
 * if it cannot be opened, `Cancelled` if another one was chosen meanwhile.
 */
export async function openModel(
  engine: Engine,
  chosen: ChosenModel,
  path: string,
  dtype?: string,
): Promise<void> {
  const choice = { ...chosen.choiceOf(path), ...(dtype !== undefined && { dtype }) };
  if (engine.state.kind === 'ready' && engine.hasOpened(choice)) engine.keepOpened();
  else
    await inStatusBar(`Opening ${basename(choice.folder.split('#', 1)[0]!)}`, () =>
      keepingOpen(engine.switchModel(choice), MODELS),
    );
  if (dtype !== undefined) await chosen.keepDtype(path, dtype);
  await chosen.keep(path);
}

/** The folder of the other built-in model, which solves word problems. */
export function reasonerBeside(builtIn: string): string {
  return join(dirname(builtIn), 'reasoner', 'base');
}
