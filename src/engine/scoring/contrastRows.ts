// What a pair says of a document's tokens, as far as it is known: visible ones first, in windows that both models hold.
import { contrastOf } from '../../core/traces/contrast';
import { windowsOf, type Window } from '../../core/text/contextWindows';
import type { Row, TokenModel } from '../../core/exactBytes/tokenModel';
import { commonPrefix } from '../../core/text/stream/tokenStream';
import { Cancelled, UserError } from '../../core/errors';
import type { Range16 } from '../../protocol/types';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';
import type { ContrastRows, ModelPair, Prompted } from './modelPair';

/** Log-probabilities that are held at once: of few tokens where there are many entries. */
const HELD = 1 << 22;
const MOST_TOKENS = 64;

export interface ContrastPass {
  readonly visible: readonly Range16[];
  /** Stop once this many tokens are known. */
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  readonly onScored: (scored: number) => void;
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
  pass: ContrastPass,
): Promise<number> {
  const rows = contrastRowsOf(pair, model, document);
  const signal = AbortSignal.any([pass.signal, document.current]);
  checkTokens(pair, document, rows);
  const stream = document.streamBy(model.tokenizer);
  const seen = pass.visible.map(({ utf16Start, utf16End }) =>
    stream.tokensIn(utf16Start, utf16End),
  );
  const windows = windowsOf(rows.ids.length, pair.contextTokens, token =>
    model.endsLine(rows.ids[token]!),
  );
  let known = rows.positive.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : 1), 0);
  const models = [pair.positive, pair.negative].map(member => askedBy(member, signal));
  const score = async (window: Window, first: number, end: number) => {
    for (const part of unknownParts(rows, Math.max(first, window.ownStart), end, model)) {
      if (signal.aborted) throw new Cancelled();
      known += await scorePart(models, rows, window.start, part);
      pass.onScored(known);
    }
  };
  for (const window of windows) {
    for (const range of seen) await score(window, range.first, Math.min(range.end, window.end));
  }
  for (const window of windows) {
    if (known >= pass.maxTokens) break;
    await score(window, window.ownStart, window.end);
  }
  return known;
}

function askedBy({ model, prompt }: Prompted, signal: AbortSignal): TokenModel {
  return model.asTokenModel(signal, { root: prompt, ends: [] });
}

interface Part {
  readonly first: number;
  readonly end: number;
}

function* unknownParts(
  { positive }: ContrastRows,
  first: number,
  end: number,
  model: Model,
): Generator<Part> {
  const most = Math.max(1, Math.min(MOST_TOKENS, Math.floor(HELD / model.tokenizer.vocabSize)));
  for (let at = first; at < end; at++) {
    if (!Number.isNaN(positive[at])) continue;
    const from = at;
    while (at < end && at - from < most && Number.isNaN(positive[at])) at++;
    yield { first: from, end: at };
    at--;
  }
}

/** A path of tokens behind those before it is one run of each model. */
async function scorePart(
  models: readonly TokenModel[],
  { ids, positive, negative, divergences }: ContrastRows,
  start: number,
  { first, end }: Part,
): Promise<number> {
  const trunk = [...ids.subarray(start, first)];
  const nodes = Array.from({ length: end - first }, (_, i) => ({
    parent: i - 1,
    token: i === 0 ? -1 : ids[first + i - 1]!,
  }));
  const wanted = [...nodes.keys()];
  const [good, bad] = (await Promise.all(
    models.map(model => model.rows(trunk, nodes, wanted)),
  )) as [readonly Row[], readonly Row[]];
  for (let at = first; at < end; at++) {
    const found = contrastOf(good[at - first]!, bad[at - first]!, ids[at]!);
    positive[at] = found.positive;
    negative[at] = found.negative;
    divergences[at] = found.divergence;
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
      `${model.info.name} cuts this text into other tokens: a contrast needs the same ones.`,
    );
  }
  checked.add(rows);
}
