// The pass over a pair of models: what each makes of the document's tokens, in windows that both hold.
import { contrastOf } from '../../core/traces/contrast';
import { windowsOf } from '../../core/text/contextWindows';
import type { LogprobRow } from '../../core/exactBytes/tokenModel';
import { commonPrefix } from '../../core/text/stream/tokenStream';
import { Cancelled, UserError } from '../../core/errors';
import { concatIds } from '../../core/bytes';
import type { ContrastScores } from '../../core/lenses/scores';
import type { ContrastOptions } from '../../protocol/traces';
import { asRefusal } from '../asRefusal';
import type { EngineState } from '../engineState';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';
import { checkSpelled } from './checkSpelled';
import type { ContrastRows, ModelPair, Prompted } from './modelPair';
import { visibleSpans, type Pass, type PassRun, type RowSpan } from './pass';
import { visibleFirst } from './visibleFirst';

/** Log-probabilities that are held at once: of few tokens where there are many entries. */
const HELD = 1 << 22;
const MOST_TOKENS = 64;

export function contrastPass(state: EngineState): Pass {
  const total = (document: Document) => document.streamBy(state.model().tokenizer).size.tokens;
  return {
    id: 'contrast',
    total,
    available: () =>
      asRefusal(async () => {
        await state.pair.open();
        return undefined;
      }),
    run: (document, run) =>
      asRefusal(async () => {
        const pair = await state.pair.open();
        return { scored: await scoreContrast(pair, state.model(), document, run) };
      }),
    columns(document, span, { contrast: options = { from: 0, centred: false } }) {
      const pair = state.pair.current;
      const model = state.model();
      const from = Math.max(span.first, firstToken(document, model, options));
      if (!pair) return { scores: {}, pending: Math.max(0, span.end - from) };
      const contrast = contrastIn(
        contrastRowsOf(pair, model, document),
        span,
        document,
        model,
        options,
      );
      const isUnknown = (value: number, row: number) =>
        row >= from - span.first && Number.isNaN(value);
      return { scores: { contrast }, pending: contrast.positive.filter(isUnknown).length };
    },
  };
}

/** Of the tokens of a span; what comes before the answer says nothing. */
function contrastIn(
  rows: ContrastRows,
  { first, end }: RowSpan,
  document: Document,
  model: Model,
  options: ContrastOptions,
): ContrastScores {
  const from = firstToken(document, model, options);
  const slice = (values: Float32Array) =>
    values.slice(first, end).fill(NaN, 0, Math.max(0, from - first));
  return {
    positive: slice(rows.positive),
    negative: slice(rows.negative),
    divergences: slice(rows.divergences),
    centre: options.centred ? medianRatio(rows, from) : 0,
  };
}

function firstToken(document: Document, { tokenizer }: Model, { from }: ContrastOptions): number {
  return document.streamBy(tokenizer).tokensIn(from, from).first;
}

/** Of the tokens from `from` on that are known, nats; 0 where none is. */
function medianRatio({ positive, negative }: ContrastRows, from: number): number {
  const ratios = negative.subarray(from).map((value, i) => value - positive[from + i]!);
  const known = ratios.filter(value => !Number.isNaN(value)).sort();
  const middle = known.length >> 1;
  if (known.length === 0) return 0;
  return known.length % 2 ? known[middle]! : (known[middle - 1]! + known[middle]!) / 2;
}

/** What is known by now of the document as it is. */
export function contrastRowsOf(pair: ModelPair, model: Model, document: Document): ContrastRows {
  const known = pair.rows.get(document);
  const { ids } = document.tokensBy(model.tokenizer);
  if (known && known.ids.length === ids.length && commonPrefix(known.ids, ids) === ids.length) {
    return known;
  }
  const kept = known ? commonPrefix(known.ids, ids) : 0;
  const rows = (values: Float32Array | undefined) => {
    const fresh = new Float32Array(ids.length).fill(NaN);
    if (values) fresh.set(values.subarray(0, kept));
    return fresh;
  };
  const fresh: ContrastRows = {
    ids: ids.slice(),
    positive: rows(known?.positive),
    negative: rows(known?.negative),
    divergences: rows(known?.divergences),
  };
  pair.rows.set(document, fresh);
  return fresh;
}

/** Answers how many tokens are known. Throws `UserError`, and `Cancelled` when aborted. */
export async function scoreContrast(
  pair: ModelPair,
  model: Model,
  document: Document,
  run: Omit<PassRun, 'whole'>,
): Promise<number> {
  checkSpelled(model, document);
  const rows = contrastRowsOf(pair, model, document);
  const signal = AbortSignal.any([run.signal, document.current]);
  checkTokens(pair, document, rows);
  const sides = [pair.positive, pair.negative].map(member => sideOf(member, signal));
  let known = rows.positive.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0);
  await visibleFirst({
    units: () =>
      windowsOf(rows.ids.length, pair.contextTokens, token => model.endsLine(rows.ids[token]!)),
    spanOf: ({ ownStart, end }) => ({ first: ownStart, end }),
    visible: visibleSpans(document.streamBy(model.tokenizer), run.visible),
    isEnough: () => known >= run.maxTokens,
    onVisible: run.onVisible,
    parts: 'visible',
    async run(window, { first, end }) {
      for (const part of unknownParts(rows, first, end, model)) {
        if (signal.aborted) throw new Cancelled();
        known += await scorePart(sides, rows, window.start, part);
        run.onScored(known);
      }
    },
  });
  return known;
}

/** What one model says of tokens [first, end) of `ids` after those before them. */
interface SideRows {
  /** [token], nats. */
  readonly logprobs: ArrayLike<number>;
  /** [token], of the whole vocabulary; undefined where the model does not say that much. */
  readonly rows?: readonly LogprobRow[];
}

type Side = (ids: Uint32Array, first: number) => Promise<SideRows>;

function sideOf({ model, prompt }: Prompted, signal: AbortSignal): Side {
  if (prompt.length === 0) model.checkStart();
  if (model.scoresElsewhere)
    return async (ids, first) => ({
      logprobs: await model.logprobsOf(concatIds(prompt, ids), prompt.length + first, signal),
    });
  const tokenModel = model.asTokenModel(signal, { root: prompt, ends: [] });
  return async (ids, first) => {
    // A path of tokens is one run.
    const nodes = Array.from(ids.subarray(first), (_, i) => ({
      parent: i - 1,
      token: i === 0 ? -1 : ids[first + i - 1]!,
    }));
    const rows = await tokenModel.rows([...ids.subarray(0, first)], nodes, [...nodes.keys()]);
    return { rows, logprobs: rows.map((row, i) => row[ids[first + i]!]!) };
  };
}

function* unknownParts(
  { positive }: ContrastRows,
  first: number,
  end: number,
  model: Model,
): Generator<RowSpan> {
  const most = Math.max(1, Math.min(MOST_TOKENS, Math.floor(HELD / model.tokenizer.vocabSize)));
  for (let at = first; at < end; at++) {
    if (!Number.isNaN(positive[at])) continue;
    const from = at;
    while (at < end && at - from < most && Number.isNaN(positive[at])) at++;
    yield { first: from, end: at };
    at--;
  }
}

async function scorePart(
  sides: readonly Side[],
  { ids, positive, negative, divergences }: ContrastRows,
  start: number,
  { first, end }: RowSpan,
): Promise<number> {
  const window = ids.subarray(start, end);
  const [good, bad] = await Promise.all(sides.map(side => side(window, first - start)));
  for (let at = first; at < end; at++) {
    const row = at - first;
    positive[at] = good!.logprobs[row]!;
    negative[at] = bad!.logprobs[row]!;
    const [p, q] = [good!.rows?.[row], bad!.rows?.[row]];
    // It is made of the whole vocabulary.
    divergences[at] = p && q ? contrastOf(p, q, ids[at]!).divergence : NaN;
  }
  return end - first;
}

/** One vocabulary may still be cut in two ways. */
function checkTokens(
  { positive, negative, checked }: ModelPair,
  document: Document,
  rows: ContrastRows,
): void {
  if (checked.has(rows)) return;
  const { ids } = rows;
  for (const { model } of [positive, negative]) {
    const own = model.tokenizer.encode(document.text).ids;
    if (own.length === ids.length && commonPrefix(own, ids) === ids.length) continue;
    throw new UserError(
      `${model.info.name} splits this text into other tokens. A contrast needs two models with the same tokenizer.`,
    );
  }
  checked.add(rows);
}
