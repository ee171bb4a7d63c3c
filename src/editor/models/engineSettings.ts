// The settings that the engine depends on: read at each start, and passed to a running engine when they change.
import { commands, type Disposable } from 'vscode';
import type { Engine, EngineOptions } from '../engine/engineClient';
import { onDidChangeAny } from '../setting';
import { chosenPair, settings } from '../settings';

/** `builtIn`: the folder of the built-in model. */
export function engineSettings(
  builtIn: string,
): Required<Pick<EngineOptions, 'model' | 'comparedTokenizer' | 'pair'>> {
  return {
    model: () => ({
      folder: settings.model.folder.value || builtIn,
      contextLimit: settings.model.contextLimit.value,
    }),
    comparedTokenizer: () => settings.compare.tokenizer.value,
    pair: chosenPair,
  };
}

/**
 * Must be constructed before everything that draws: listeners are called in the order of their registration, and
 * another model must stop the engine before anything is drawn again.
 */
export class EngineSettings {
  private readonly listeners: Disposable[];

  constructor(engine: Engine, onError: (error: unknown) => void) {
    // `running` includes an engine that is starting: it has read these settings as they were.
    this.listeners = [
      settings.compare.tokenizer.onDidChange(() => {
        updateComparingContext();
        if (engine.running) engine.compare().catch(onError);
      }),
      onDidChangeAny(Object.values(settings.pair.members), () => {
        if (engine.running) engine.contrast().catch(onError);
      }),
      onDidChangeAny(Object.values(settings.model), () => engine.stop()),
    ];
    updateComparingContext();
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
  }
}

/** For the conditions of commands in the manifest. */
function updateComparingContext(): void {
  const compares = settings.compare.tokenizer.value !== '';
  void commands.executeCommand('setContext', 'tokenscope.compares', compares);
}
