// The settings that the engine depends on: read when it starts, and passed to a running engine when they change. What is
// open stays open where a setting names something that cannot be opened.
import { commands, type Disposable } from 'vscode';
import type { Engine, EngineOptions } from '../engine/engineClient';
import { onDidChangeAny } from '../setting';
import { chosenPair, settings } from '../settings';
import { Debouncer } from '../ui/debouncer';
import { keepingOpen, MODELS, PAIRS, SECONDS } from '../ui/keepingOpen';
import type { ChosenModel } from './chosenModel';

/** The two members of a pair are two settings, which change one after the other. */
const PAIR_MS = 200;

export function engineSettings(
  chosen: ChosenModel,
): Required<Pick<EngineOptions, 'model' | 'comparedTokenizer' | 'pair'>> {
  return {
    model: () => chosen.choice,
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
  private readonly pairChanged = new Debouncer();

  /** `onError`: hears of a setting that names something that cannot be opened. */
  constructor(
    private readonly engine: Engine,
    private readonly chosenModel: EngineOptions['model'],
    private readonly onError: (error: unknown) => void,
  ) {
    // `running` includes an engine that is starting: it has read these settings as they were.
    this.listeners = [
      this.pairChanged,
      settings.compare.tokenizer.onDidChange(() => {
        updateComparingContext();
        if (!engine.running) return;
        this.apply(keepingOpen(engine.compare(), SECONDS, 'tokenscope.compare.tokenizer'));
      }),
      onDidChangeAny(Object.values(settings.pair.members), () => {
        if (!engine.running) return;
        this.pairChanged.schedule(PAIR_MS, () =>
          this.apply(keepingOpen(engine.contrast(), PAIRS, 'tokenscope.pair')),
        );
      }),
      onDidChangeAny(Object.values(settings.model), () => this.switchModel()),
      engine.onDidChangeState(({ kind }) => setContext('hasModel', kind === 'ready')),
    ];
    updateComparingContext();
  }

  dispose(): void {
    for (const listener of this.listeners) listener.dispose();
  }

  private switchModel(): void {
    const { engine } = this;
    if (engine.state.kind !== 'ready') return engine.stop();
    if (engine.hasOpened(this.chosenModel())) return;
    this.apply(keepingOpen(engine.switchModel(), MODELS, 'tokenscope.model.folder'));
  }

  private apply(opening: Promise<void>): void {
    opening.catch(this.onError);
  }
}

const updateComparingContext = () =>
  setContext('compares', settings.compare.tokenizer.value !== '');

/** For the conditions of commands in the manifest. */
function setContext(name: 'compares' | 'hasModel', value: boolean): void {
  void commands.executeCommand('setContext', `tokenscope.${name}`, value);
}
