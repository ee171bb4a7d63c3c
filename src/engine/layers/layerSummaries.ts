// What a lens on layers says of a text as a whole: tables of words and numbers.
import { dilutionMarks, dilutionOf } from '../../core/layers/attentionRows';
import { EarlyExits } from '../../core/layers/exitDepth';
import type { LayerOptions, LayerPassId } from '../../core/layers/layerPasses';
import { gapByPosition } from '../../core/layers/permutation';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { formatPercent } from '../../core/format';
import { lensWords } from '../../core/layers/lensWords';
import type { Document } from '../documents/document';
import type { Model } from '../models/model';
import { windowsIn } from '../scoring/windowRuns';
import { readAttention } from './readAttention';
import { readLadder, tunedLensOf } from './readLadder';
import { loadOf, MICRO_BATCH } from './routingLoad';

export interface LayerTable {
  readonly title: string;
  /** The first row is the head. */
  readonly rows: readonly (readonly string[])[];
}

/** `values`: [token], what the pass said. Reads the layers again. */
type Summary = (
  text: { model: Model; document: Document; values: Float32Array },
  options: LayerOptions,
  signal: AbortSignal,
) => Promise<LayerTable[]>;

const share = (part: number) => (Number.isNaN(part) ? '–' : formatPercent(Math.log(part)));
const bits = (nats: number) => (nats / NATS_PER_BIT).toFixed(2);

/** What an early exit at a threshold would have got right, with the model as its judge. */
const exits: Summary = async ({ model, document }, options, signal) => {
  let found: EarlyExits | undefined;
  const stream = document.streamBy(model.tokenizer);
  for (const { start, ownStart, end } of windowsIn(model, stream)) {
    const { ids } = stream.tokens(start, end);
    const from = Math.max(0, ownStart - start + model.startTokens - 1);
    const ladder = await readLadder(model, ids, { topK: 1, from }, options, signal);
    const { layers, topIds, topLogprobs } = ladder;
    found ??= new EarlyExits(layers, 1);
    for (let row = from; row < ids.length + model.startTokens - 1; row++) {
      const own = [row * layers, (row + 1) * layers] as const;
      found.add({ topIds: topIds.subarray(...own), topLogprobs: topLogprobs.subarray(...own) });
    }
  }
  const rows = (found?.result() ?? []).map(({ threshold, leaving, right, meanLayers }) => [
    threshold.toFixed(2),
    share(leaving),
    share(right),
    meanLayers.toFixed(2),
  ]);
  return [
    {
      title: `If the model exited at the first layer with this confidence, by ${lensWords(tunedLensOf(model, options)?.name)}`,
      rows: [['probability', 'exits early', 'of these correct', 'layers run'], ...rows],
    },
  ];
};

/** By layer, and by the length of what is seen. */
const locality: Summary = async ({ model, document }, { nearShare }, signal) => {
  const stream = document.streamBy(model.tokenizer);
  const [window] = windowsIn(model, stream);
  if (!window) return [];
  const { ids } = stream.tokens(window.start, window.end);
  const rows = await readAttention(model, ids, nearShare, signal);
  const { heads, layers, locals } = rows;
  const ofLayer = (layer: number) =>
    locals.filter((_, i) => Math.floor((i % (layers * heads)) / heads) === layer);
  const all = { from: 0, to: ids.length + model.startTokens };
  const each = Array.from({ length: layers }, (_, layer) => dilutionOf(ofLayer(layer), heads, all));
  const { curve } = dilutionOf(locals, layers * heads, all);
  const marks = dilutionMarks(nearShare);
  return [
    {
      title: `Attention on the nearest ${share(nearShare)}, first window: ${share(marks.uniform)} if uniform, ${share(marks.diagonal)} if all on the token itself`,
      rows: [['layer', 'near'], ...each.map(({ mean }, layer) => [String(layer), share(mean)])],
    },
    {
      title: 'By the number of tokens seen',
      rows: [
        ['seen at least', 'near'],
        ...curve.map(({ from, mean }) => [String(from), share(mean)]),
      ],
    },
  ];
};

const gaps: Summary = async ({ values }) => {
  const none = new Float32Array(values.length);
  const rows = gapByPosition(none, values);
  return [
    {
      title: 'By the place in the text',
      rows: [
        ['place at least', 'bits more', 'tokens'],
        ...rows.map(({ from, mean, count }) => [String(from), bits(mean), String(count)]),
      ],
    },
  ];
};

/** Experts that are named for each layer. */
const NAMED = 3;

const load: Summary = async ({ model, document }, _options, signal) => {
  const found = await loadOf(model, document, signal);
  if (!found) return [];
  const { layers, load } = found;
  const [whole, micro] = [load.balanceLoss(), load.microBalanceLoss()];
  const busiest = (layer: number) =>
    Array.from(load.shares(layer), (part, expert) => ({ part, expert }))
      .sort((a, b) => b.part - a.part)
      .slice(0, NAMED)
      .map(({ part, expert }) => `${expert}: ${share(part)}`)
      .join(', ');
  return [
    {
      title: `Load of ${load.experts} experts, ${load.topK} for each token; a balance of 1 is an even one, of all tokens as one batch and of batches of ${MICRO_BATCH}`,
      rows: [
        ['layer', 'busiest', 'balance', 'of batches'],
        ...layers.map((layer, i) => [
          String(layer),
          busiest(i),
          whole[i]!.toFixed(3),
          micro[i]!.toFixed(3),
        ]),
      ],
    },
  ];
};

export const layerSummaries: Partial<Record<LayerPassId, Summary>> = {
  exitDepth: exits,
  dilution: locality,
  lexical: gaps,
  routing: load,
};
