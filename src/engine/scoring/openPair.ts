// The pair of models beside the opened one: chosen, or named by the model's folder; opened when first asked for.
import { Cancelled, UserError } from '../../core/errors';
import type { PairMembers } from '../../protocol/traces';
import { Lazy } from '../models/lazy';
import type { Model, OpenModel } from '../models/model';
import { ModelPair, pairOfFolder } from './modelPair';

const NO_PAIR =
  'A contrast needs a positive and a negative model. Choose them with "Tokenscope: Choose a Pair of Models…", or open a model whose folder names a pair.';

export class OpenPair {
  private members: PairMembers | undefined;
  /** The newest choice; undefined once the model is another one. */
  private choosing: symbol | undefined;
  private readonly lazy: Lazy<ModelPair>;

  constructor(
    private readonly model: () => Model,
    private readonly openModel: OpenModel,
    private readonly onProgress: (done: number, total: number) => void = () => {},
  ) {
    this.lazy = new Lazy(() => this.openMembers(this.members));
  }

  /** Undefined until a contrast was asked for. */
  get current(): ModelPair | undefined {
    return this.lazy.current;
  }

  /**
   * Without members: those that the model's folder names. Where a pair is open already, or where they are to be opened
   * now, they take its place once they are opened. Throws `UserError` where that fails: the pair that was open still is;
   * `Cancelled` where another pair or model was chosen meanwhile, or when aborted.
   */
  async choose(
    members: PairMembers | undefined,
    opensNow: boolean,
    signal?: AbortSignal,
  ): Promise<void> {
    const choice = (this.choosing = Symbol());
    if (this.lazy.current && isSamePair(members, this.members)) return;
    const isNamed = members ?? pairOfFolder(this.model().info.folder);
    if (opensNow || (this.lazy.current && isNamed)) {
      const pair = await this.openMembers(members, signal);
      if (this.choosing !== choice) {
        pair.dispose();
        throw new Cancelled();
      }
      this.lazy.replace(pair);
    } else this.close();
    this.members = members;
  }

  /** Throws `UserError` where there is no pair, or it does not fit the open model. */
  open(): Promise<ModelPair> {
    return this.lazy.get();
  }

  /** Another model is open, or another pair chosen. */
  close(): void {
    this.choosing = undefined;
    this.lazy.close();
  }

  private async openMembers(
    chosen: PairMembers | undefined,
    signal?: AbortSignal,
  ): Promise<ModelPair> {
    const model = this.model();
    const members = chosen ?? pairOfFolder(model.info.folder);
    if (!members) throw new UserError(NO_PAIR);
    const { onProgress } = this;
    return ModelPair.open(model, members, this.openModel, { signal, onProgress });
  }
}

function isSamePair(one: PairMembers | undefined, other: PairMembers | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
