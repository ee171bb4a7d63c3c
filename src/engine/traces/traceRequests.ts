// The engine's side of TraceApi: the pair that is open beside the model, and what is asked of traces.
import type { ContrastScores } from '../../core/lenses/scores';
import { type Handlers } from '../../protocol/channel';
import { Cancelled, UserError } from '../../core/errors';
import {
  ROLLING,
  type ContrastOptions,
  type PairInfo,
  type PairMembers,
  type TraceApi,
} from '../../protocol/traces';
import type { Document } from '../documents/document';
import type { EngineHost } from '../engineHost';
import { asRefusal } from '../asRefusal';
import { contrastRowsOf, scoreContrast } from '../scoring/contrastRows';
import { type ContrastRows, ModelPair, pairOfFolder } from '../scoring/modelPair';
import { readTraceFile } from './readTraceFile';
import { branchOfDocument, rollOutDocument } from './rolloutView';

const NO_PAIR =
  'A contrast needs a positive and a negative model. Choose them with "Tokenscope: Choose a Pair of Models...", or a model whose folder names a pair.';

export class TraceRequests implements Handlers<TraceApi> {
  /** Chosen; none: what the model's folder names. */
  private members: PairMembers | undefined;
  private pair: ModelPair | undefined;
  private openingPair: Promise<ModelPair> | undefined;

  constructor(private readonly host: EngineHost) {}

  /** Undefined until a contrast was asked for. */
  get info(): PairInfo | undefined {
    return this.pair?.info;
  }

  choosePair: Handlers<TraceApi>['choosePair'] = ({ members }) => {
    this.forget();
    this.members = members;
  };

  scoreContrast: Handlers<TraceApi>['scoreContrast'] = async (params, signal) => {
    const model = this.host.model();
    const document = this.host.documentAt(params);
    const began = performance.now();
    const total = document.streamBy(model.tokenizer).size.tokens;
    const onScored = this.host.progressReporter(params, total);
    const { visible, maxTokens } = params;
    return asRefusal(async () => {
      const pair = await this.openedPair();
      const pass = { visible, maxTokens, signal, onScored };
      const scored = await scoreContrast(pair, model, document, pass);
      return { scored, total, ms: performance.now() - began };
    });
  };

  readTraces: Handlers<TraceApi>['readTraces'] = ({ name, bytes }) => readTraceFile(name, bytes);

  rollOut: Handlers<TraceApi>['rollOut'] = (params, signal) => {
    const model = this.host.model();
    const document = this.host.documentAt(params);
    const { uri, version, start, options } = params;
    const tell = (points: number, most: number) =>
      this.host.emit(ROLLING, { uri, version, points, most });
    return asRefusal(() => rollOutDocument(model, document, start, options, signal, tell));
  };

  branch: Handlers<TraceApi>['branch'] = (params, signal) => {
    const model = this.host.model();
    const document = this.host.documentAt(params);
    return asRefusal(async () => branchOfDocument(model, document, params, params.options, signal));
  };

  /** Of tokens [first, end), as far as it is known; undefined where no pair is open. */
  contrastIn(
    document: Document,
    first: number,
    end: number,
    wish: ContrastOptions = { from: 0, centred: false },
  ): ContrastScores | undefined {
    if (!this.pair) return undefined;
    const model = this.host.model();
    const rows = contrastRowsOf(this.pair, model, document);
    const from = document.streamBy(model.tokenizer).tokensIn(wish.from, wish.from).first;
    const slice = (values: Float32Array) =>
      values.slice(first, end).fill(NaN, 0, Math.max(0, from - first));
    return {
      ...{ positive: slice(rows.positive), negative: slice(rows.negative) },
      divergences: slice(rows.divergences),
      centre: wish.centred ? medianRatio(rows, from) : 0,
    };
  }

  private async openedPair(): Promise<ModelPair> {
    const model = this.host.model();
    const members = this.members ?? pairOfFolder(model.info.folder);
    if (!members) throw new UserError(NO_PAIR);
    const opening = (this.openingPair ??= ModelPair.open(model, members, () =>
      this.host.startRuntime(),
    ));
    try {
      const pair = await opening;
      if (this.openingPair !== opening) throw new Cancelled();
      return (this.pair = pair);
    } catch (error) {
      // Tried again when it is asked for again.
      if (this.openingPair === opening) this.openingPair = undefined;
      throw error;
    }
  }

  /** Another model is open, or another pair chosen. */
  forget(): void {
    void this.openingPair?.then(
      pair => pair.dispose(),
      () => {},
    );
    this.openingPair = undefined;
    this.pair = undefined;
  }
}

/** Of the tokens from `from` on that are known, nats; 0 where none is. */
function medianRatio({ positive, negative }: ContrastRows, from: number): number {
  const ratios = negative.subarray(from).map((value, i) => value - positive[from + i]!);
  const known = ratios.filter(value => !Number.isNaN(value)).sort();
  const middle = known.length >> 1;
  if (known.length === 0) return 0;
  return known.length % 2 ? known[middle]! : (known[middle - 1]! + known[middle]!) / 2;
}
