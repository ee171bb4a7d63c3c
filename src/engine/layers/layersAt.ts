// What the layers hold at one token of a document.
import {
  attentionColumns,
  mostAttended,
  summariseAttention,
} from '../../core/layers/attentionRows';
import { exitLayer } from '../../core/layers/exitDepth';
import type { AttentionAt } from '../../core/layers/readings';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { UserError } from '../../core/errors';
import type { TokenStream } from '../../core/text/stream/tokenStream';
import type { Window } from '../../core/text/contextWindows';
import type {
  AttendedToken,
  AttentionView,
  LadderView,
  LayersPart,
  LayersView,
} from '../../protocol/layers';
import { asRefusal } from '../asRefusal';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';
import { checkSpelled } from '../scoring/checkSpelled';
import { windowsIn } from '../scoring/windowRuns';
import { readLadder, tunedLensOf } from './readLadder';

/** Of the model's folder, if it has one. */
const OWN_LENS = { tunedLens: '' };

/** Of a layer's likeliest tokens. */
const BEST = 3;
/** Of what a token looks at, and of what looks at it. */
const LISTED = 8;

/** Throws `Cancelled` when aborted or when the text has changed. Null where there is no token. */
export async function layersAt(
  model: Model,
  document: Document,
  utf16: number,
  { parts, nearShare }: { readonly parts: readonly LayersPart[]; readonly nearShare: number },
  aborted: AbortSignal,
): Promise<LayersView | null> {
  checkSpelled(model, document);
  const stream = document.streamBy(model.tokenizer);
  const { first: token } = stream.tokensIn(utf16, utf16);
  if (token >= stream.size.tokens) return null;
  const signal = AbortSignal.any([aborted, document.current]);
  const place = { model, stream, window: windowOf(model, stream, token), token };
  return {
    token,
    bytes: model.tokenizer.bytesOf(stream.tokens(token, token + 1).ids[0]!).slice(),
    ...(parts.includes('ladder') && { ladder: await asRefusal(() => ladderAt(place, signal)) }),
    ...(parts.includes('attention') && {
      attention: await asRefusal(() => attentionAt(place, nearShare, signal)),
    }),
  };
}

interface Place {
  readonly model: Model;
  readonly stream: TokenStream;
  readonly window: Window;
  readonly token: number;
}

/** The window that a token takes its scores from. */
function windowOf(model: Model, stream: TokenStream, token: number): Window {
  for (const window of windowsIn(model, stream)) if (token < window.end) return window;
  throw new RangeError(`token ${token} of ${stream.size.tokens}`);
}

async function ladderAt(
  { model, stream, window, token }: Place,
  signal: AbortSignal,
): Promise<LadderView> {
  // About the place of the token: from what comes before it.
  const row = token - window.start + model.startTokens - 1;
  if (row < 0)
    throw new UserError('No layer predicts the first token, because nothing comes before it.');
  const { ids } = stream.tokens(window.start, token + 1);
  // The editor has no other than the model's own.
  const ladder = await readLadder(model, ids, { topK: BEST, from: row }, OWN_LENS, signal);
  const { layers, topK, topIds, topLogprobs, logprobs } = ladder;
  const own = row * layers;
  const rungs = Array.from({ length: layers }, (_, layer) => {
    const at = (own + layer) * topK;
    return {
      logprob: logprobs[own + layer]!,
      best: Array.from(topIds.subarray(at, at + topK), (id, i) => ({
        bytes: model.tokenizer.bytesOf(id).slice(),
        logprob: topLogprobs[at + i]!,
      })),
    };
  });
  const row0 = topIds.subarray(own * topK, (own + layers) * topK);
  const tunedLens = tunedLensOf(model, OWN_LENS)?.name ?? null;
  return { rungs, exitLayer: exitLayer(row0, topK), tunedLens };
}

async function attentionAt(
  { model, stream, window, token }: Place,
  nearShare: number,
  signal: AbortSignal,
): Promise<AttentionView> {
  const { startTokens } = model;
  const { ids } = stream.tokens(window.start, window.end);
  const position = token - window.start + startTokens;
  const at = await model.readLayers(ids, { kind: 'attentionAt', position }, signal);
  const { layers, heads, from, to } = at;
  const keys = position + 1;
  const columns = attentionColumns(1, layers * heads);
  summariseAttention(from, { heads: layers * heads, tokens: 1, seen: keys }, nearShare, columns);
  const tokenAt = (input: number) =>
    input < startTokens ? -1 : window.start + input - startTokens;
  const listed = (mean: Float32Array, shift: number): AttendedToken[] =>
    mostAttended(mean, LISTED)
      .filter(({ weight }) => weight > 0)
      .map(({ key, weight }) => ({ ...named(model, stream, tokenAt(key + shift)), weight }));
  const bits = (nats: Float32Array) => nats.map(value => value / NATS_PER_BIT);
  return {
    layers,
    heads,
    nearShare,
    entropies: bits(columns.entropies),
    entropiesWithoutSink: bits(columns.entropiesWithoutSink),
    sinks: columns.sinks,
    locals: columns.locals,
    most: Array.from(mostOf(at, keys), input =>
      input === 0 ? null : named(model, stream, tokenAt(input)).bytes,
    ),
    from: listed(meanWeights(from, keys), 0),
    // Itself is the first of what it looks at, already.
    to: listed(meanWeights(to, to.length / (layers * heads)).fill(0, 0, 1), position),
  };
}

/** [layer, head]: the input with the largest weight but for the first; 0: there is no other. */
function mostOf({ layers, heads, from }: AttentionAt, keys: number): Int32Array {
  return Int32Array.from({ length: layers * heads }, (_, head) => {
    let most = 0;
    for (let key = 1; key < keys; key++) {
      if (most === 0 || from[head * keys + key]! > from[head * keys + most]!) most = key;
    }
    return most;
  });
}

/** [place]: the mean of rows [layer, head] of so many places. */
function meanWeights(rows: Float32Array, places: number): Float32Array {
  const mean = new Float32Array(places);
  const count = rows.length / places;
  rows.forEach((weight, i) => (mean[i % places]! += weight / count));
  return mean;
}

/** `token`: its index in the document; -1: the model's start. */
function named(model: Model, stream: TokenStream, token: number): Omit<AttendedToken, 'weight'> {
  if (token < 0) {
    const bytes = new TextEncoder().encode(model.start?.content ?? '');
    return { token, bytes, utf16Start: 0, utf16End: 0 };
  }
  const { ids, utf16Starts, utf16Ends } = stream.tokens(token, token + 1);
  return {
    token,
    bytes: model.tokenizer.bytesOf(ids[0]!).slice(),
    utf16Start: utf16Starts[0]!,
    utf16End: utf16Ends[0]!,
  };
}
