// The engine's side of EngineApi: the opened model, the documents, and what is asked about them.
import { isPeak, lenses } from '../core/lenses';
import { sliceScores } from '../core/scores';
import { Cancelled, UserError, type Handlers } from '../protocol/channel';
import type { DocumentVersion, EngineApi, ScoredEvent, TokenView } from '../protocol/engine';
import { countZeros, Document, tokensIn, type Tokens } from './document';
import { Model } from './model';
import type { RuntimeClient } from './runtime/client';
import { tokenLines } from './tokenJson';

/** At most so often is progress told. */
const PROGRESS_MS = 100;

export class Documents implements Handlers<EngineApi> {
  private model: Model | undefined;
  private readonly documents = new Map<string, Document>();

  constructor(
    private readonly startRuntime: () => RuntimeClient,
    private readonly tellScored: (event: ScoredEvent) => void,
  ) {}

  openModel: Handlers<EngineApi>['openModel'] = async ({ folder, contextLimit }) => {
    const model = await Model.open(folder, contextLimit, this.startRuntime);
    this.model?.dispose();
    this.model = model;
    for (const document of this.documents.values()) document.forget();
    return model.info;
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
    const { model, document, tokens } = this.at(params);
    const began = performance.now();
    const total = tokens.ids.length;
    let told = began;
    const onScored = (scored: number) => {
      const now = performance.now();
      if (now - told < PROGRESS_MS && scored < total) return;
      told = now;
      this.tellScored({ uri: params.uri, version: params.version, scored, total });
    };
    const { visible, maxTokens } = params;
    const scored = await model.score(document, { visible, maxTokens, signal, onScored });
    return { scored, total, ms: performance.now() - began };
  };

  view: Handlers<EngineApi>['view'] = params => {
    const { model, tokens } = this.at(params);
    const range = tokensIn(tokens, params.range);
    const first = range.first;
    const end = Math.min(range.end, first + params.maxTokens);
    const view: TokenView = {
      first,
      total: tokens.ids.length,
      ids: tokens.ids.slice(first, end),
      byteStarts: tokens.byteStarts.slice(first, end),
      byteEnds: tokens.byteEnds.slice(first, end),
      utf16Starts: tokens.utf16Starts.slice(first, end),
      utf16Ends: tokens.utf16Ends.slice(first, end),
      normalized: tokens.normalized?.slice(first, end) ?? null,
      scores: model.info.scores ? sliceScores(tokens.scores, first, end) : null,
      pending: model.info.scores ? countZeros(tokens.scored.subarray(first, end)) : 0,
    };
    return params.details ? { ...view, ...details(model, tokens, first, end) } : view;
  };

  peak: Handlers<EngineApi>['peak'] = params => {
    const { model, tokens } = this.at(params);
    const lens = lenses[params.lens];
    const scores = model.info.scores ? tokens.scores : null;
    const count = tokens.ids.length;
    const valueAt = (token: number) =>
      token < 0 || token >= count ? NaN : lens.value(scores, token, token);
    const here = { utf16Start: params.from, utf16End: params.from };
    for (
      let token = tokensIn(tokens, here).first + params.direction;
      token >= 0 && token < count;
      token += params.direction
    ) {
      if (isPeak(lens, valueAt(token - 1), valueAt(token), valueAt(token + 1))) {
        const utf16Start = tokens.utf16Starts[token]!;
        return { utf16Start, utf16End: tokens.utf16Ends[token]! };
      }
    }
    return null;
  };

  count: Handlers<EngineApi>['count'] = params => {
    const { tokens } = this.at(params);
    const ranges = params.ranges
      .map(range => tokensIn(tokens, range))
      .reduce((sum, { first, end }) => sum + end - first, 0);
    return { document: tokens.ids.length, ranges };
  };

  json: Handlers<EngineApi>['json'] = params => {
    const { model, tokens } = this.at(params);
    const { first, end } = tokensIn(tokens, params.range);
    return [...tokenLines(tokens, model.tokenizer, model.info.scores, first, end)].join('');
  };

  report: Handlers<EngineApi>['report'] = () => this.opened().report();

  private opened(): Model {
    if (!this.model)
      throw new UserError('No model is open. Choose one with "Tokenscope: Choose Model".');
    return this.model;
  }

  /** The document in the version that was asked for; an older or newer one is nobody's business any more. */
  private at({ uri, version }: DocumentVersion): {
    model: Model;
    document: Document;
    tokens: Tokens;
  } {
    const document = this.documents.get(uri);
    if (document?.version !== version) throw new Cancelled();
    const model = this.opened();
    return { model, document, tokens: document.tokensBy(model.tokenizer) };
  }
}

function details(model: Model, tokens: Tokens, first: number, end: number) {
  const { topIds, topK } = tokens.scores;
  const bytesOf = (id: number) => model.tokenizer.bytesOf(id).slice();
  return {
    bytes: Array.from(tokens.ids.subarray(first, end), bytesOf),
    topBytes: Array.from({ length: end - first }, (_, row) =>
      Array.from(topIds.subarray((first + row) * topK, (first + row + 1) * topK), bytesOf),
    ),
  };
}
