// One message for somebody who has a model on this machine: that it can be opened. It is a bundle of its own, so what has
// state is handed over.
import type { Memento } from 'vscode';
import type { MachineModel } from '../../core/models/machineModel';
import { PLACE_TITLES } from '../../core/models/modelWords';
import type { Engine } from '../engine/engineClient';
import { findModels } from './findModels';
import { hasChosen, keepChosen } from './recentModels';

interface Surroundings {
  readonly engine: Pick<Engine, 'aside' | 'onEvent'>;
  readonly memory: Memento;
  inform(message: string): void;
}

/** Not for somebody who has chosen a model, or has seen the message. Where there is none yet, it is looked for another time. */
export async function offerModel({ engine, memory, inform }: Surroundings): Promise<void> {
  if (hasChosen(memory)) return;
  const ended = new AbortController();
  let found: MachineModel | undefined;
  await findModels(engine, [], ended.signal, model => {
    if (model.opens !== 'model' || model.place === 'recent') return;
    found ??= model;
    // One is enough.
    ended.abort();
  }).catch(() => {
    // It was aborted, or could not be looked for: that is no matter of somebody who did not ask.
  });
  if (!found || hasChosen(memory)) return;
  await keepChosen(memory);
  inform(
    `${found.name} (${PLACE_TITLES[found.place]}) is on this machine and can replace the built-in model. Open it with "Tokenscope: Choose Model or Tokenizer…".`,
  );
}
