// The pair of models beside the opened one: chosen, or named by the model's folder; opened when first asked for.
import { UserError } from '../../core/errors';
import type { PairMembers } from '../../protocol/traces';
import { Lazy } from '../models/lazy';
import type { Model, OpenModel } from '../models/model';
import { ModelPair, pairOfFolder } from './modelPair';

const NO_PAIR =
  'A contrast needs a positive and a negative model. Choose them with "Tokenscope: Choose a Pair of Models…", or a model whose folder names a pair.';

export class OpenPair {
  private members: PairMembers | undefined;
  private readonly lazy: Lazy<ModelPair>;

  constructor(model: () => Model, openModel: OpenModel) {
    this.lazy = new Lazy(async () => {
      const members = this.members ?? pairOfFolder(model().info.folder);
      if (!members) throw new UserError(NO_PAIR);
      return ModelPair.open(model(), members, openModel);
    });
  }

  /** Undefined until a contrast was asked for. */
  get current(): ModelPair | undefined {
    return this.lazy.current;
  }

  /** Without members: those that the model's folder names. */
  choose(members: PairMembers | undefined): void {
    this.close();
    this.members = members;
  }

  /** Throws `UserError` where there is no pair, or it does not fit the opened model. */
  open(): Promise<ModelPair> {
    return this.lazy.get();
  }

  /** Another model is open, or another pair chosen. */
  close(): void {
    this.lazy.close();
  }
}
