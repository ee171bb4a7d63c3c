// A document's tokens with what the passes know of them.
import { isOfText, type Lens, type PassId } from '../../core/lenses/lens';
import { emptyScores, NATS_PER_BIT, type Scores } from '../../core/lenses/scores';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import type { Details, TokenView, ViewRequest } from '../../protocol/scores';
import type { DocumentVersion } from '../../protocol/types';
import type { Document } from '../documents/document';
import type { EngineState } from '../engineState';
import type { Model } from '../models/model';
import type { ColumnOptions, RowSpan } from './pass';
import type { Passes } from './passes';

/** The tokens that touch a range; of more than `maxTokens` the first ones, or those around an offset. */
export function tokenView(
  state: EngineState,
  passes: Passes,
  request: DocumentVersion & ViewRequest,
): TokenView {
  const { model, document } = state.resolve(request);
  const { tokenizer } = request.second ? state.comparison() : model;
  const stream = document.streamBy(tokenizer);
  const span = spanOf(
    stream.tokensIn(request.range.utf16Start, request.range.utf16End),
    request,
    at => stream.tokensIn(at, at).first,
  );
  const { normalized, ...tokens } = stream.tokens(span.first, span.end);
  const known = request.second
    ? unscored(span, request)
    : model.info.scores
      ? scoresIn(passes, document, span, request)
      : (textScoresIn(passes, document, span, request) ?? unscored(span, request));
  const view: TokenView = {
    ...tokens,
    ...known,
    first: span.first,
    total: stream.size.tokens,
    normalized: normalized ?? null,
    ...(known.scores?.contrast && { pair: state.pair.current!.info }),
  };
  if (!request.details) return view;
  const details = { ...view, ...detailsOf(tokenizer, view, request.details) };
  return request.details === 'bytes' ? details : { ...details, ...byteBits(state, document, view) };
}

/** Without a model a contrast still says why there is none, once it is asked for. */
const unscored = ({ first, end }: RowSpan, { passes }: ViewRequest) => ({
  scores: null,
  pending: passes?.includes('contrast') ? end - first : 0,
});

/** The columns of the passes that were asked for and need no model; undefined where there are none. */
function textScoresIn(
  passes: Passes,
  document: Document,
  span: RowSpan,
  { passes: wanted = [], ...options }: Pick<ViewRequest, 'passes'> & ColumnOptions,
): { scores: Scores; pending: number } | undefined {
  const ids = wanted.filter(isOfText);
  if (ids.length === 0) return undefined;
  const columns = ids.map(id => passes[id].columns(document, span, options)?.scores);
  const scores = Object.assign(emptyScores(span.end - span.first, 0), ...columns) as Scores;
  return { scores, pending: 0 };
}

/** The columns of the passes that were asked for; with details, of every pass, as far as it knows them. */
function scoresIn(
  passes: Passes,
  document: Document,
  span: RowSpan,
  {
    passes: wanted = ['tokens'],
    details,
    ...options
  }: Pick<ViewRequest, 'passes' | 'details'> & ColumnOptions,
): { scores: Scores; pending: number } {
  const asked = details ? (Object.keys(passes) as PassId[]) : wanted;
  const known = readColumns(passes, asked, document, span, options);
  // A pass that has not said anything yet would say something of every token.
  const pending = wanted.map(id => known.pending.get(id) ?? span.end - span.first);
  return { scores: known.scores, pending: Math.max(0, ...pending) };
}

/** The columns of these passes and, as every view has them, those of the tokens pass; what each leaves pending. */
function readColumns(
  passes: Passes,
  ids: readonly PassId[],
  document: Document,
  span: RowSpan,
  options: ColumnOptions,
): { scores: Scores; pending: ReadonlyMap<PassId, number> } {
  const scores: Partial<Scores> = {};
  const pending = new Map<PassId, number>();
  for (const id of new Set<PassId>(['tokens', ...ids])) {
    const columns = passes[id].columns(document, span, options);
    if (!columns) continue;
    Object.assign(scores, columns.scores);
    pending.set(id, columns.pending);
  }
  return { scores: scores as Scores, pending };
}

/** Tokens of a span that the lens's passes would still add to. */
export function pendingIn(
  state: EngineState,
  passes: Passes,
  { needs }: Lens,
  span: RowSpan,
  request: DocumentVersion & ColumnOptions,
): number {
  const { model, document } = state.resolve(request);
  if (!model.info.scores) return 0;
  return scoresIn(passes, document, span, { ...request, passes: needs }).pending;
}

/** Tokens that are looked at together in a walk over many. */
const BLOCK = 4096;

/** The lens's value of any token of a document; fastest for neighbours one after the other. NaN where unknown. */
export function lensValues(
  state: EngineState,
  passes: Passes,
  lens: Lens,
  request: DocumentVersion & ColumnOptions,
): (token: number) => number {
  const { model, document } = state.resolve(request);
  return valuesIn(document, model, passes, lens, request);
}

/** As `lensValues`, of a document that need not be the editor's. */
export function valuesIn(
  document: Document,
  model: Model,
  passes: Passes,
  lens: Lens,
  request: ColumnOptions,
): (token: number) => number {
  const stream = document.streamBy(model.tokenizer);
  let block: { first: number; scores: Scores | null } | undefined;
  return token => {
    const first = token - (token % BLOCK);
    if (block?.first !== first) {
      const span = { first, end: Math.min(first + BLOCK, stream.size.tokens) };
      const scores = model.info.scores
        ? readColumns(passes, lens.needs, document, span, request).scores
        : (textScoresIn(passes, document, span, { ...request, passes: lens.needs })?.scores ??
          null);
      block = { first, scores };
    }
    return lens.value(block.scores, token - first, token);
  };
}

/** Of more tokens than `maxTokens` the first ones, or those around an offset. */
function spanOf(
  range: RowSpan,
  { maxTokens, around }: ViewRequest,
  tokenAt: (utf16: number) => number,
): RowSpan {
  const middle = around === undefined ? 0 : tokenAt(around);
  const wanted = Math.min(middle - Math.floor(maxTokens / 2), range.end - maxTokens);
  const first = Math.max(range.first, wanted);
  return { first, end: Math.min(range.end, first + maxTokens) };
}

/** [token][byte], bits, by the model and by the second one, where bytes of this version of the text are known. */
function byteBits(state: EngineState, document: Document, view: TokenView) {
  const bitsBy = (tokenizer: Tokenizer | undefined) => {
    const nats = tokenizer && document.bytesBy(tokenizer)?.surprisals;
    return (
      nats &&
      Array.from(view.ids, (_, i) =>
        nats.slice(view.byteStarts[i], view.byteEnds[i]).map(value => value / NATS_PER_BIT),
      )
    );
  };
  const own = bitsBy(state.model().tokenizer);
  const second = own && bitsBy(state.compared?.tokenizer);
  return { ...(own && { byteBits: own }), ...(second && { secondByteBits: second }) };
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
