// Lets the user choose the model: a built-in one, one that another program keeps on this machine, or any folder or file.
import type { Memento } from 'vscode';
import { basename, dirname, join } from 'node:path';
import type { Engine } from '../engine/engineClient';
import { settings } from '../settings';
import { keepingOpen, MODELS } from '../ui/keepingOpen';
import { createList } from '../ui/messages';
import { inform } from '../ui/notifications';
import { pickPath } from '../ui/pickPath';
import { modelChoice } from './engineSettings';
import { inStatusBar } from '../ui/progress';

/**
 * Opens it, then chooses it. `builtIn`: the folder of the built-in model. `memory`: where recent ones are kept.
 * Throws `UserError` if it cannot be opened.
 */
export async function chooseModel(engine: Engine, builtIn: string, memory: Memento): Promise<void> {
  const { pickModel, keepRecent } = await import('./modelPicker');
  const { state } = engine;
  const path = await pickModel({
    engine,
    memory,
    reasoner: reasonerBeside(builtIn),
    now: settings.model.folder.value,
    open: state.kind === 'ready' ? state.model.name : '',
    createList,
    pickPath,
  });
  if (path === undefined) return;
  await openModel(engine, builtIn, path);
  await keepRecent(memory, path);
}

let looks = true;

/** Tells somebody who has another model on this machine, and has never chosen one, that it can be opened: once. */
export async function offerModel(engine: Engine, memory: Memento): Promise<void> {
  if (!looks || settings.model.folder.value) return;
  looks = false;
  const lazy = await import('./offerModel');
  await lazy.offerModel({ engine, memory, inform });
}

/** Opens a model, then chooses it. `folder`: empty for the built-in one. Throws `UserError` if it cannot be opened. */
export async function openModel(engine: Engine, builtIn: string, folder: string): Promise<void> {
  const choice = modelChoice(folder || builtIn);
  if (engine.state.kind !== 'ready' || !engine.hasOpened(choice)) {
    await inStatusBar(`Opening ${basename(choice.folder)}`, () =>
      keepingOpen(engine.switchModel(choice), MODELS),
    );
  }
  if (folder !== settings.model.folder.value) await settings.model.folder.update(folder);
}

/** The folder of the other built-in model, which solves word problems. */
export function reasonerBeside(builtIn: string): string {
  return join(dirname(builtIn), 'reasoner', 'base');
}
