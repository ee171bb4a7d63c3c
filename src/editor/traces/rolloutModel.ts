// Which model rolls out a trace: the open one, unless it cannot, or knows code alone.
import { commands } from 'vscode';
import type { ModelInfo } from '../../protocol/models';
import type { Engine } from '../engine/engineClient';
import { openModel, reasonerBeside } from '../models/chooseModel';
import type { ChosenModel } from '../models/chosenModel';
import { showList } from '../ui/messages';

export class RolloutModel {
  /** Folders of models that the user keeps in spite of the reason against them. */
  private readonly kept = new Set<string>();

  constructor(
    private readonly engine: Engine,
    private readonly chosen: ChosenModel,
  ) {}

  /** Asks which model is to continue a trace, where the open one should not. Returns whether one may. */
  async choose(): Promise<boolean> {
    const model = await this.engine.call(async running => running.model);
    if (!model.scores)
      return this.offer(`${model.name} has only a tokenizer and cannot generate text`);
    if (model.folder !== this.chosen.builtIn || this.kept.has(model.folder)) return true;
    return this.offer(
      `${model.name} is a code model that was not trained on chains of thought`,
      model,
    );
  }

  /** Offers a model that can. `able`: the open one, if it can at all. Returns whether one may. */
  async offer(reason: string, able?: ModelInfo): Promise<boolean> {
    const items = [
      {
        label: 'Use the built-in reasoner',
        detail: 'Trained on chains of thought about word problems. It replaces the open model.',
        run: async () => {
          await openModel(this.engine, this.chosen, reasonerBeside(this.chosen.builtIn));
          return true;
        },
      },
      {
        label: 'Choose another model…',
        detail: 'Then run the command again.',
        run: async () => {
          await commands.executeCommand('tokenscope.chooseModel');
          return false;
        },
      },
      ...(able
        ? [
            {
              label: `Use ${able.name} anyway`,
              detail: 'Its rollouts say little about the trace.',
              run: async () => {
                this.kept.add(able.folder);
                return true;
              },
            },
          ]
        : []),
    ];
    const choice = await showList(items, {
      title: 'Tokenscope: which model continues the trace?',
      placeHolder: `${reason}.`,
    });
    return (await choice?.run()) ?? false;
  }
}
