// The engine's side of TraceApi: the pair that is open beside the model, and what is asked of traces.
import type { ContrastScores } from '../../core/scores';
import { Cancelled, UserError, type Handlers } from '../../protocol/channel';
import { ROLLING, type PairInfo, type PairMembers, type TraceApi } from '../../protocol/traces';
import type { Document } from '../document';
import type { EngineHost } from '../host';
import { refusing } from '../refusing';
import { contrastRowsOf, scoreContrast } from './contrastRows';
import { Pair, pairOfFolder } from './pair';
import { readTraceFile } from './readTraceFile';
import { branchOfDocument, rollOutDocument } from './rolledDocument';

const NO_PAIR =
  'A contrast needs a positive and a negative model. Choose them with "Tokenscope: Choose a Pair of Models...", or a model whose folder names a pair.';

export class TraceRequests implements Handlers<TraceApi> {
  /** Chosen; none: what the model's folder names. */
  private members: PairMembers | undefined;
  private pair: Pair | undefined;
  private openingPair: Promise<Pair> | undefined;

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
    const document = this.host.at(params);
    const began = performance.now();
    const total = document.streamBy(model.tokenizer).size.tokens;
    const onScored = this.host.teller(params, total);
    const { visible, maxTokens } = params;
    return refusing(async () => {
      const pair = await this.openedPair();
      const pass = { visible, maxTokens, signal, onScored };
      const scored = await scoreContrast(pair, model, document, pass);
      return { scored, total, ms: performance.now() - began };
    });
  };

  readTraces: Handlers<TraceApi>['readTraces'] = ({ name, bytes }) => readTraceFile(name, bytes);

  rollOut: Handlers<TraceApi>['rollOut'] = (params, signal) => {
    const model = this.host.model();
    const document = this.host.at(params);
    const { uri, version, start, options } = params;
    const tell = (points: number, most: number) =>
      this.host.tell(ROLLING, { uri, version, points, most });
    return refusing(() => rollOutDocument(model, document, start, options, signal, tell));
  };

  branch: Handlers<TraceApi>['branch'] = (params, signal) => {
    const model = this.host.model();
    const document = this.host.at(params);
    return refusing(async () => branchOfDocument(model, document, params, params.options, signal));
  };

  /** Of tokens [first, end), as far as it is known; undefined where no pair is open. */
  contrastIn(document: Document, first: number, end: number): ContrastScores | undefined {
    if (!this.pair) return undefined;
    const rows = contrastRowsOf(this.pair, this.host.model(), document);
    const { positive, negative, divergences } = rows;
    const slice = (values: Float32Array) => values.slice(first, end);
    return {
      ...{ positive: slice(positive), negative: slice(negative) },
      divergences: slice(divergences),
    };
  }

  private async openedPair(): Promise<Pair> {
    const model = this.host.model();
    const members = this.members ?? pairOfFolder(model.info.folder);
    if (!members) throw new UserError(NO_PAIR);
    const opening = (this.openingPair ??= Pair.open(model, members, () =>
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
