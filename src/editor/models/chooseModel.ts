// Lets the user choose the model: a built-in one, or any folder with a model or a tokenizer.
import { basename, dirname, join } from 'node:path';
import type { Engine } from '../engine/engineClient';
import { settings } from '../settings';
import { keepingOpen, MODELS } from '../ui/keepingOpen';
import { pickPath } from '../ui/pickPath';
import { modelChoice } from './engineSettings';
import { inStatusBar } from '../ui/progress';

/** Opens it, then chooses it. `builtIn`: the folder of the built-in model. Throws `UserError` if it cannot be opened. */
export async function chooseModel(engine: Engine, builtIn: string): Promise<void> {
  const now = settings.model.folder.value;
  const { state } = engine;
  const open = state.kind === 'ready' ? `${state.model.name}, ` : '';
  const reasoner = reasonerBeside(builtIn);
  const current =
    now && now !== reasoner ? [{ label: basename(now), description: now, value: now }] : [];
  const folder = await pickPath({
    title: 'Tokenscope: model or tokenizer',
    placeHolder: `now: ${open}${now || 'the built-in code model'}`,
    openLabel: 'Use This Model',
    known: [
      ...current,
      { label: 'coder', description: 'built-in code model', value: '' },
      {
        label: 'reasoner',
        description: 'built-in model of word problems, with a positive and a negative one',
        value: reasoner,
      },
    ],
    folders: {
      detail: 'A model folder as on the Hugging Face hub, or one with tokenizer files alone.',
    },
    files: {
      detail:
        'A tokenizer alone: a tokenizer.json, a SentencePiece .model, a .tiktoken file, or a tokenizer.bin of llama2.c.',
    },
  });
  if (folder !== undefined) await openModel(engine, builtIn, folder);
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
