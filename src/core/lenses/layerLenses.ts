// Lenses on what the layers of the model know, and on what its predictions rest on.
import type { LayerPassId } from '../layers/layerPasses';
import { CHANNELS } from '../sae/featureValues';
import { lens, type Lens } from './lens';
import { NATS_PER_BIT, type Scores } from './scores';

const bits = (value: number) => `${value.toFixed(2)} bits`;
const signedBits = (value: number) => `${value < 0 ? '−' : '+'}${bits(Math.abs(value))}`;
const percent = (value: number) => `${value.toFixed(0)} %`;

/** A lens that shows the column of one pass, times `factor`. */
function layerLens(
  id: LayerPassId,
  factor: number,
  parts: Pick<Lens, 'title' | 'meaning' | 'scale' | 'format'> &
    Partial<Pick<Lens, 'needs' | 'peaksByShare'>>,
): Lens {
  return lens({
    group: 'layers',
    needs: [id, 'tokens'],
    per: 'token',
    value: (scores: Scores | null, row: number) => factor * (scores?.[id]?.[row] ?? NaN),
    ...parts,
  });
}

const PERCENT = 100;
const BITS = 1 / NATS_PER_BIT;

/** Of each colour. */
const EXPERTS = Array.from(
  { length: CHANNELS },
  (_, first) => `expert ${first}, ${first + CHANNELS}, ${first + 2 * CHANNELS} …`,
);

export const layerLenses = {
  exitDepth: layerLens('exitDepth', PERCENT, {
    title: 'Early exit',
    meaning:
      'Share of the layers that were not needed here: the model’s choice is settled before them, as the logit lens (last norm and unembedding applied to each layer) or the model’s tuned lens reads it.',
    scale: {
      kind: 'heat',
      bounds: [1, 15, 30, 45, 60, 75, 90],
      unit: '% of the layers',
      decimals: 0,
    },
    format: value => `${percent(value)} of the layers not needed`,
  }),
  attention: layerLens('attention', 1, {
    title: 'Attention spread',
    meaning:
      'Effective number of earlier tokens that this token attends to: exp of the entropy of its attention weights, without the first token, averaged over layers and heads.',
    scale: {
      kind: 'heat',
      bounds: [40, 55, 75, 100, 130, 180, 300],
      unit: 'tokens',
      decimals: 1,
    },
    format: value => `${value.toFixed(1)} tokens`,
  }),
  dilution: layerLens('dilution', PERCENT, {
    title: 'Local attention',
    meaning:
      'Share of the attention weights on the nearest tokens, by default the nearest tenth of the context: 10 % if attention is uniform.',
    scale: { kind: 'heat', bounds: [66, 69, 72, 75, 79, 85, 92], unit: '%', decimals: 0 },
    format: percent,
  }),
  coreTokens: layerLens('coreTokens', PERCENT, {
    title: 'Core tokens',
    meaning:
      'Share of this token in the attention that the last token of its group of 16 pays to the group: 6 % if attention is uniform.',
    scale: {
      kind: 'heat',
      bounds: [9, 13, 18, 26, 38, 50, 70],
      unit: '% of its group',
      decimals: 1,
    },
    format: value => `${value.toFixed(1)} % of its group`,
  }),
  attentionRank: layerLens('attentionRank', 1, {
    title: 'Attention rank',
    meaning:
      'Rank of the token in the attention graph after four power iterations, without the first token: 1 is the mean.',
    scale: { kind: 'heat', bounds: [1, 2, 3.5, 6, 12, 30, 100], unit: '', decimals: 2 },
    format: value => value.toFixed(2),
  }),
  redundancy: layerLens('redundancy', 1, {
    title: 'Redundancy',
    meaning:
      'How similar the hidden state at this token is to the states of all tokens in the window: high where they are redundant.',
    scale: {
      kind: 'heat',
      bounds: [-0.21, -0.18, -0.14, -0.05, 0.02, 0.1, 0.3],
      unit: '',
      decimals: 3,
    },
    format: value => value.toFixed(3),
  }),
  drift: layerLens('drift', 1, {
    title: 'Drift',
    meaning:
      'How far the last hidden state moves from the previous token to this one: 1 − cosine similarity.',
    scale: { kind: 'heat', bounds: [0.83, 0.88, 0.91, 0.95, 1, 1.05, 1.15], unit: '', decimals: 2 },
    format: value => value.toFixed(2),
  }),
  wordBits: layerLens('wordBits', BITS, {
    title: 'Surprisal by word',
    meaning:
      'How unlikely the whole word was, including that it ends there, given the text before it.',
    scale: { kind: 'heat', bounds: [10, 13, 16, 19, 22, 26, 32], unit: 'bits', decimals: 2 },
    format: bits,
  }),
  lookAhead: layerLens('lookAhead', BITS, {
    title: 'Look-ahead',
    meaning: 'Surprisal of this token and the following ones together, by default eight tokens.',
    needs: ['tokens', 'lookAhead'],
    scale: { kind: 'heat', bounds: [35, 42, 50, 58, 66, 76, 90], unit: 'bits', decimals: 1 },
    format: value => `${value.toFixed(1)} bits`,
  }),
  lexical: layerLens('lexical', BITS, {
    title: 'Lexical identity',
    meaning:
      'How many more bits the token costs when words of the text are replaced by others of the same kind: how much its prediction depends on which words they are.',
    scale: { kind: 'diverging', bounds: [8, 12, 16, 20], unit: 'bits', decimals: 2 },
    format: signedBits,
  }),
  routing: layerLens('routing', 1, {
    title: 'Routing',
    meaning:
      'For a mixture of experts: the expert that the router of a layer, by default the last, ranks first for this token. Experts share six colours.',
    scale: { kind: 'channels', names: EXPERTS },
    format: value => `expert ${value}`,
  }),
  robustness: layerLens('robustness', BITS, {
    title: 'Words that matter',
    meaning:
      'How many more bits the next seven words cost if one letter of this word is changed: high where the model relies on the word.',
    scale: { kind: 'diverging', bounds: [12, 18, 24, 32], unit: 'bits', decimals: 2 },
    format: signedBits,
  }),
} satisfies Record<LayerPassId, Lens>;
