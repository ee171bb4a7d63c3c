// The engine's side of EngineApi: the opened model, the documents, and what is asked about them.
import { biasBits } from '../core/exactBytes/tokenizationBias';
import { lenses, nearestPeak, type Lens } from '../core/lenses/lenses';
import { NATS_PER_BIT, type ContrastScores, type Scores } from '../core/lenses/scores';
import type { TokenStream } from '../core/text/stream/tokenStream';
import type { Tokenizer } from '../core/tokenizer/tokenizer';
import { encodeUtf8, utf8Length } from '../core/text/utf8';
import { type Handlers } from '../protocol/channel';
import { Cancelled, UserError } from '../core/errors';
import { type EngineApi, SCORED } from '../protocol/engine';
import type { Details, ByteProof, TokenView } from '../protocol/scores';
import type { DocumentVersion } from '../protocol/types';
import type { SecondNextBytes } from '../protocol/nextBytes';
import { byteProof, byteScoresOf, charactersOf, scoreBytes } from './scoring/byteScores';
import { countOfBytes, TokenizerComparison, tokensIn } from './documents/tokenizerComparison';
import { Document } from './documents/document';
import { Model } from './models/model';
import { nextBytes } from './scoring/nextBytes';
import type { RuntimeClient } from './onnx/session/runtimeClient';
import { ComparisonModel } from './models/comparisonModel';
import { FeatureRequests } from './sae/featureRequests';
import type { FeatureOptions } from '../protocol/features';
import { CompletionRequests } from './completion/completionRequests';
import type { EngineHost } from './engineHost';
import { asRefusal } from './asRefusal';
import { TraceRequests } from './traces/traceRequests';
import { splitAt } from './documents/split';
import { tokenLines } from './documents/tokenJson';

/** At most so often is progress told. */
const PROGRESS_MS = 100;

export class EngineServer implements Handlers<EngineApi> {
  private model: Model | undefined;
  /** What the model's tokenizer is compared with. */
  private second: ComparisonModel | undefined;
  private contextLimit = 0;
  private readonly documents = new Map<string, Document>();
  private readonly host: EngineHost = {
    model: () => this.opened(),
    documentAt: at => this.at(at).document,
    documents: () => this.documents.values(),
    progressReporter: (at, total) => this.teller(at, total),
    emit: (name, event) => this.tell(name, event),
    startRuntime: () => this.startRuntime(),
  };
  private readonly completions = new CompletionRequests(this.host);
  private readonly traces = new TraceRequests(this.host);
  private readonly features = new FeatureRequests(this.host);

  constructor(
    private readonly startRuntime: () => RuntimeClient,
    private readonly tell: EngineHost['emit'] = () => {},
  ) {}

  openModel: Handlers<EngineApi>['openModel'] = async ({ folder, contextLimit }) => {
    const model = await Model.open(folder, contextLimit, this.startRuntime);
    this.model?.dispose();
    this.model = model;
    this.contextLimit = contextLimit;
    this.features.forget();
    this.traces.forget();
    for (const document of this.documents.values()) document.forget();
    return model.info;
  };

  compareWith: Handlers<EngineApi>['compareWith'] = ({ path }) => {
    const second = this.second;
    if (path && path === second?.info.path) return second.info;
    this.second = path ? new ComparisonModel(path) : undefined;
    if (second) {
      for (const document of this.documents.values()) document.forgetStream(second.tokenizer);
      second.dispose();
    }
    return this.second?.info ?? null;
  };

  setDocument: Handlers<EngineApi>['setDocument'] = ({ uri, version, text }) => {
    this.documents.get(uri)?.forget();
    this.documents.set(uri, new Document(uri, version, text));
  };

  editDocument: Handlers<EngineApi>['editDocument'] = ({ uri, version, edits }) => {
    this.documents.get(uri)?.edit(version, edits);
  };

  closeDocument: Handlers<EngineApi>['closeDocument'] = ({ uri }) => {
    this.documents.get(uri)?.forget();
    this.documents.delete(uri);
  };

  score: Handlers<EngineApi>['score'] = async (params, signal) => {
    const { model, document, stream } = this.at(params);
    const began = performance.now();
    const total = stream.size.tokens;
    const onScored = this.teller(params, total);
    const { visible, maxTokens } = params;
    const scored = await model.score(document, { visible, maxTokens, signal, onScored });
    return { scored, total, ms: performance.now() - began };
  };

  scoreBytes: Handlers<EngineApi>['scoreBytes'] = async (params, signal) => {
    const { model, document } = this.at(params);
    const { visible, whole } = params;
    return asRefusal(async () => {
      // What bytes are compared with.
      await model.score(document, { visible, maxTokens: 0, signal, onScored: () => {} });
      const second = params.second ? await this.secondModel() : undefined;
      const { length } = byteScoresOf(model, document).bytes;
      const models = second ? [model, second] : [model];
      const total = length * models.length;
      const tell = this.teller(params, total);
      let scored = 0;
      const proofs: ByteProof[] = [];
      for (const each of models) {
        const onScored = (own: number) => tell(scored + own);
        const own = await scoreBytes(each, document, { visible, whole, signal, onScored });
        if (own === length) proofs.push(await byteProof(each, document, signal));
        scored += own;
      }
      const [proof = null, secondProof] = scored === total ? proofs : [];
      return { scored, total, proof, ...(secondProof && { secondProof }) };
    });
  };

  characters: Handlers<EngineApi>['characters'] = params => {
    const { model, document } = this.at(params);
    return asRefusal(async () => {
      // Refused here, too, where bytes could never be scored.
      model.asTokenModel();
      const scores = byteScoresOf(model, document);
      if (!params.difference) return charactersOf(document, scores, params.range);
      const second = await this.secondModel();
      second.asTokenModel();
      return charactersOf(document, scores, params.range, byteScoresOf(second, document));
    });
  };

  view: Handlers<EngineApi>['view'] = params => {
    const { model, document, ...at } = this.at(params);
    const { tokenizer } = params.second ? this.openedSecond() : model;
    const stream = params.second ? document.streamBy(tokenizer) : at.stream;
    const { utf16Start, utf16End } = params.range;
    const range = stream.tokensIn(utf16Start, utf16End);
    const middle =
      params.around === undefined ? 0 : stream.tokensIn(params.around, params.around).first;
    const wanted = Math.min(
      middle - Math.floor(params.maxTokens / 2),
      range.end - params.maxTokens,
    );
    const first = Math.max(range.first, wanted);
    const end = Math.min(range.end, first + params.maxTokens);
    const { normalized, ...tokens } = stream.tokens(first, end);
    const isScored = model.info.scores && !params.second;
    const scored = isScored ? document.scoresOf(first, end) : { scores: null, pending: 0 };
    if (scored.scores && params.features) {
      const found = this.withFeatures(document, scored.scores, first, end, params.features);
      scored.scores = found.scores;
      scored.pending = Math.max(scored.pending, found.pending);
    }
    const [known, other] = isScored ? this.knownBytes(document, model) : [];
    if (known && scored.scores) scored.scores = withBytes(scored.scores, tokens, known, other);
    const contrast = scored.scores && this.traces.contrastIn(document, first, end, params.contrast);
    if (contrast) scored.scores = { ...scored.scores!, contrast };
    if (params.contrast) {
      const { from } = params.contrast;
      const isUnknown = (_: number, row: number) =>
        tokens.utf16Ends[row]! > from && Number.isNaN(contrast?.positive[row] ?? NaN);
      scored.pending = tokens.ids.filter(isUnknown).length;
    }
    const view: TokenView = {
      first,
      total: stream.size.tokens,
      ...tokens,
      normalized: normalized ?? null,
      ...scored,
      ...(contrast && { pair: this.traces.info! }),
    };
    if (!params.details) return view;
    const details = { ...view, ...detailsOf(tokenizer, view, params.details) };
    if (!known || params.details === 'bytes') return details;
    const bitsOf = (nats: Float64Array) =>
      Array.from(view.ids, (_, i) =>
        nats.slice(view.byteStarts[i], view.byteEnds[i]).map(value => value / NATS_PER_BIT),
      );
    return {
      ...{ ...details, byteBits: bitsOf(known) },
      ...(other && { secondByteBits: bitsOf(other) }),
    };
  };

  split: Handlers<EngineApi>['split'] = params => {
    const { model, stream } = this.at(params);
    return splitAt(model.tokenizer, stream, params.at, params.typed);
  };

  peak: Handlers<EngineApi>['peak'] = params => {
    const { stream, ...at } = this.at(params);
    const lens: Lens = lenses[params.lens];
    const { first } = stream.tokensIn(params.from, params.from);
    const known = lens.per === 'character' ? this.knownBytes(at.document, at.model) : [];
    const { features } = params;
    const withFeatures = (scores: Scores, first: number, end: number) =>
      features ? this.withFeatures(at.document, scores, first, end, features).scores : scores;
    const contrastIn = lens.comparesPair
      ? (first: number, end: number) =>
          this.traces.contrastIn(at.document, first, end, params.contrast)
      : undefined;
    const valueAt = valuesOf(lens, at.model, at.document, stream, known, withFeatures, contrastIn);
    const { direction } = params;
    const token = nearestPeak(lens, valueAt, stream.size.tokens, first + direction, direction);
    if (token === undefined) return null;
    const { utf16Starts, utf16Ends } = stream.tokens(token, token + 1);
    return { utf16Start: utf16Starts[0]!, utf16End: utf16Ends[0]! };
  };

  compare: Handlers<EngineApi>['compare'] = params =>
    this.second ? this.pairAt(params).compare(params.ranges, params.visible) : null;

  difference: Handlers<EngineApi>['difference'] = params =>
    this.pairAt(params).difference(params.from, params.direction);

  countFile: Handlers<EngineApi>['countFile'] = ({ bytes }) =>
    countOfBytes(bytes, this.opened().tokenizer, this.second?.tokenizer);

  count: Handlers<EngineApi>['count'] = params => {
    const { document, stream } = this.at(params);
    const counted = (stream: TokenStream) => ({
      document: stream.size.tokens,
      ranges: tokensIn(stream, params.ranges),
    });
    const { second } = this;
    return {
      ...counted(stream),
      ...(second ? { second: counted(document.streamBy(second.tokenizer)) } : {}),
    };
  };

  json: Handlers<EngineApi>['json'] = params => {
    const { model, document, stream } = this.at(params);
    const { first, end } = stream.tokensIn(params.range.utf16Start, params.range.utf16End);
    const scores = model.info.scores ? document.scoresOf(first, end).scores : null;
    const tokens = stream.tokens(first, end);
    return [...tokenLines(tokens, scores, model.tokenizer, first)].join('');
  };

  nextBytes: Handlers<EngineApi>['nextBytes'] = async (params, signal) => {
    const { model, document } = this.at(params);
    const began = performance.now();
    const at = utf8Length(document.text, 0, params.utf16);
    const text = {
      bytes: encodeUtf8(document.text),
      tokens: document.streamBy(model.tokenizer).tokens(),
    };
    const stale = AbortSignal.any([signal, document.current]);
    return asRefusal(async () => {
      const { healed: _, heads: __, ...found } = await nextBytes(model, text, at, 'e2', stale);
      const bias = found.naive && biasBits(found.exact, found.naive);
      const second = this.second?.info.hasModel
        ? await asRefusal(() => this.secondNextBytes(document, text.bytes, at, stale))
        : undefined;
      const ms = performance.now() - began;
      return { ...found, biasBits: bias, ...(second && { second }), ms };
    });
  };

  report: Handlers<EngineApi>['report'] = () => this.opened().report();

  complete = this.completions.complete;
  explainCompletion = this.completions.explainCompletion;
  calibrate = this.completions.calibrate;

  choosePair = this.traces.choosePair;
  scoreContrast = this.traces.scoreContrast;
  readTraces = this.traces.readTraces;
  rollOut = this.traces.rollOut;
  branch = this.traces.branch;

  openSae = this.features.openSae;
  encode = this.features.encode;
  featuresAt = this.features.featuresAt;
  featureTable = this.features.featureTable;
  featurePage = this.features.featurePage;
  findFeatures = this.features.findFeatures;
  examplesIn = this.features.examplesIn;
  effect = this.features.effect;
  agreement = this.features.agreement;
  setUserLabels = this.features.setUserLabels;
  exportFeatures = this.features.exportFeatures;

  /** Tells of progress from time to time. */
  private teller({ uri, version }: DocumentVersion, total: number): (scored: number) => void {
    let told = performance.now();
    return scored => {
      const now = performance.now();
      if (now - told < PROGRESS_MS && scored < total) return;
      told = now;
      this.tell(SCORED, { uri, version, scored, total });
    };
  }

  private opened(): Model {
    if (!this.model)
      throw new UserError('No model is open. Choose one with "Tokenscope: Choose Model".');
    return this.model;
  }

  private secondModel(): Promise<Model> {
    return this.openedSecond().model(this.contextLimit, this.startRuntime);
  }

  private async secondNextBytes(
    document: Document,
    bytes: Uint8Array,
    at: number,
    signal: AbortSignal,
  ): Promise<SecondNextBytes> {
    const model = await this.secondModel();
    const text = { bytes, tokens: document.streamBy(model.tokenizer).tokens() };
    const found = await nextBytes(model, text, at, 'e2', signal);
    const { exact, end, leak, untested, nodes, contextTokens } = found;
    return { model: model.info.name, exact, end, leak, untested, nodes, contextTokens };
  }

  /** [byte], nats, by the model and by the second one, as far as they have scored this version of the text. */
  private knownBytes(document: Document, model: Model): (Float64Array | undefined)[] {
    return [model, this.second].map(each => each && document.bytesBy(each.tokenizer)?.surprisals);
  }

  private withFeatures(
    document: Document,
    scores: Scores,
    first: number,
    end: number,
    wish: FeatureOptions,
  ): { scores: Scores; pending: number } {
    const service = this.features.opened;
    if (!service) return { scores, pending: 0 };
    const { features, pending } = service.tokenFeatures(document, first, end, wish);
    return { scores: { ...scores, features }, pending };
  }

  private openedSecond(): ComparisonModel {
    if (this.second) return this.second;
    throw new UserError(
      'There is no second tokenizer or model. Choose one with "Tokenscope: Compare with Tokenizer or Model...".',
    );
  }

  private pairAt(at: DocumentVersion): TokenizerComparison {
    const { model, document } = this.at(at);
    return new TokenizerComparison(document, model.tokenizer, this.openedSecond().tokenizer);
  }

  /** The document in the version that was asked for; an older or newer one is nobody's business any more. */
  private at({ uri, version }: DocumentVersion): {
    model: Model;
    document: Document;
    stream: TokenStream;
  } {
    const document = this.documents.get(uri);
    if (document?.version !== version) throw new Cancelled();
    const model = this.opened();
    return { model, document, stream: document.streamBy(model.tokenizer) };
  }
}

/** Tokens looked at together in a walk over many. */
const BLOCK = 4096;

/** The lens's value of any token of a document; best asked for neighbours one after the other. */
function valuesOf(
  lens: Lens,
  model: Model,
  document: Document,
  stream: TokenStream,
  [known, other]: readonly (Float64Array | undefined)[],
  withFeatures: (scores: Scores, first: number, end: number) => Scores,
  contrastIn?: (first: number, end: number) => ContrastScores | undefined,
): (token: number) => number {
  let block: { first: number; scores: Scores | null } | undefined;
  return token => {
    const first = token - (token % BLOCK);
    if (block?.first !== first) {
      const end = Math.min(first + BLOCK, stream.size.tokens);
      const plain = model.info.scores ? document.scoresOf(first, end).scores : null;
      const scored = plain && withFeatures(plain, first, end);
      let scores = scored;
      if (scored && known) scores = withBytes(scored, stream.tokens(first, end), known, other);
      const contrast = contrastIn?.(first, end);
      if (scored && contrast) scores = { ...scored, contrast };
      block = { first, scores };
    }
    return lens.value(block.scores, token - first, token);
  };
}

function withBytes(
  scores: Scores,
  { byteStarts, byteEnds }: Pick<TokenView, 'byteStarts' | 'byteEnds'>,
  surprisals: Float64Array,
  second?: Float64Array,
): Scores {
  const summed = (nats: Float64Array) =>
    Float64Array.from(byteStarts, (start, row) =>
      nats.subarray(start, byteEnds[row]).reduce((sum, value) => sum + value, 0),
    );
  return {
    ...{ ...scores, byteNats: summed(surprisals) },
    ...(second && { secondByteNats: summed(second) }),
  };
}

function detailsOf(tokenizer: Tokenizer, { ids, scores }: TokenView, details: Details) {
  const bytesOf = (id: number) => tokenizer.bytesOf(id).slice();
  const topIdsOf = ({ topIds, topK }: Scores, row: number) =>
    topIds.subarray(row * topK, (row + 1) * topK);
  const bytes = Array.from(ids, bytesOf);
  if (details === 'bytes') return { bytes };
  const alternatives = (row: number) => (scores ? Array.from(topIdsOf(scores, row), bytesOf) : []);
  return { bytes, topBytes: Array.from(ids, (_, row) => alternatives(row)) };
}
