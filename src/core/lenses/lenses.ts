// The lenses, by their ids. Editor, inspector and command line draw a lens and know none by name.
import { formatBits } from '../format';
import { CHANNEL_STEPS, type TokenFeatures } from '../sae/featureValues';
import { contrastScore, logRatioOf } from '../traces/contrast';
import { lens, type Explanation, type Lens } from './lens';
import { deleteGate } from './gateLens';
import { layerLenses } from './layerLenses';
import { NATS_PER_BIT, type ContrastScores } from './scores';
import { entropyWords } from './scoreWords';

const bits = (value: number) => `${value.toFixed(2)} bits`;
const signedBits = (value: number) => `${value < 0 ? '−' : '+'}${bits(Math.abs(value))}`;

export const lenses = {
  tokens: lens({
    group: 'text',
    title: 'Tokens',
    meaning: 'Where the tokenizer splits the text. Shades alternate from token to token.',
    needs: [],
    per: 'token',
    readsSaved: true,
    showsWhitespace: true,
    scale: { kind: 'alternate', names: ['even tokens', 'odd tokens'] },
    value: (_scores, _row, index) => index,
    format: value => `token ${value}`,
    explain: () => [],
  }),
  surprisal: lens({
    group: 'text',
    title: 'Surprisal',
    meaning: 'How unlikely the token was, given the text before it: −log₂ p.',
    needs: ['tokens'],
    per: 'token',
    readsSaved: true,
    scale: { kind: 'heat', bounds: [1, 2, 4, 6, 8, 11, 14], unit: 'bits', decimals: 2 },
    value: (scores, row) => (scores ? -scores.logprobs[row]! / NATS_PER_BIT : NaN),
    format: bits,
  }),
  bytes: lens({
    group: 'bytes',
    title: 'Surprisal by byte',
    meaning:
      'How unlikely each character was, given the text before it, summed exactly over all its tokenizations. A character of several bytes has the sum of its bytes.',
    needs: ['bytes'],
    per: 'character',
    scale: { kind: 'heat', bounds: [0.5, 1, 2, 3, 5, 7, 10], unit: 'bits', decimals: 2 },
    value: (scores, row) => (scores?.byteNats?.[row] ?? NaN) / NATS_PER_BIT,
    format: bits,
  }),
  difference: lens({
    group: 'bytes',
    title: 'Difference by byte',
    meaning:
      'How many more bits each character cost the second model than the first, whatever their tokenizers. Negative: the second model was less surprised.',
    needs: ['bytes', 'secondBytes'],
    per: 'character',
    scale: { kind: 'diverging', bounds: [0.5, 1.5, 4, 8], unit: 'bits', decimals: 2 },
    value: (scores, row) =>
      ((scores?.secondByteNats?.[row] ?? NaN) - (scores?.byteNats?.[row] ?? NaN)) / NATS_PER_BIT,
    format: signedBits,
  }),
  contrast: lens({
    group: 'traces',
    title: 'Contrast',
    meaning:
      'Log-ratio of the pair, in bits: positive where the negative model prefers this token. Not evidence that the token is critical.',
    needs: ['contrast', 'tokens'],
    per: 'token',
    peaksByShare: true,
    scale: { kind: 'diverging', bounds: [0.1, 0.4, 1.5, 5], unit: 'bits', decimals: 2 },
    value: (scores, row) => {
      const contrast = scores?.contrast;
      if (!contrast) return NaN;
      const { positive, negative, centre } = contrast;
      return (negative[row]! - positive[row]! - centre) / NATS_PER_BIT;
    },
    format: signedBits,
    explain: ({ scores, row }) => explainContrast(scores?.contrast, row),
  }),
  entropy: lens({
    group: 'text',
    title: 'Entropy',
    meaning: 'How uncertain the model was about the next token, before it saw this one.',
    needs: ['tokens'],
    column: 'entropiesNats',
    per: 'token',
    readsSaved: true,
    scale: { kind: 'heat', bounds: [0.5, 1, 2, 3, 4, 5, 7], unit: 'bits', decimals: 2 },
    value: (scores, row) => (scores ? scores.entropiesNats[row]! / NATS_PER_BIT : NaN),
    format: bits,
    // Where it is known within bounds, the colour is that of the lower one.
    explain: ({ scores, row }) =>
      scores && !Number.isNaN(scores.entropiesNats[row]!)
        ? [{ name: 'Entropy', value: entropyWords(scores, row) }]
        : [],
  }),
  varentropy: lens({
    group: 'text',
    title: 'Varentropy',
    meaning:
      'Variance of the surprisal under the model’s own distribution: 0 when it is certain or indifferent, high when one likely path competes with many unlikely ones.',
    needs: ['tokens'],
    column: 'varentropies',
    per: 'token',
    readsSaved: true,
    scale: { kind: 'heat', bounds: [0.5, 1, 2, 4, 6, 9, 14], unit: 'bits²', decimals: 2 },
    value: (scores, row) => (scores ? scores.varentropies[row]! / NATS_PER_BIT ** 2 : NaN),
    format: value => `${value.toFixed(2)} bits²`,
  }),
  gap: lens({
    group: 'text',
    title: 'Top-1 gap',
    meaning:
      'How much more likely the model’s top choice was than this token, in bits: 0 where this token was the top choice.',
    needs: ['tokens'],
    column: 'topLogprobs',
    per: 'token',
    readsSaved: true,
    scale: { kind: 'heat', bounds: [0.25, 1, 2, 3, 5, 7, 10], unit: 'bits', decimals: 2 },
    value: (scores, row) =>
      scores && scores.topK > 0
        ? (scores.topLogprobs[row * scores.topK]! - scores.logprobs[row]!) / NATS_PER_BIT
        : NaN,
    format: bits,
  }),
  rank: lens({
    group: 'text',
    title: 'Rank',
    meaning: 'Rank of this token among all tokens of the vocabulary; 1 is the most likely.',
    needs: ['tokens'],
    column: 'ranks',
    per: 'token',
    scale: { kind: 'heat', bounds: [2, 3, 6, 11, 51, 201, 1001], unit: '', decimals: 0 },
    value: (scores, row) => scores?.ranks[row] || NaN,
    format: value => `rank ${value}`,
    // "Rank: rank 3" would say it twice.
    explain: ({ scores, row }) =>
      scores?.ranks[row] ? [{ name: 'Rank', value: String(scores.ranks[row]) }] : [],
  }),
  features: lens({
    group: 'features',
    title: 'Features',
    meaning:
      'How unusually high a feature of the autoencoder is at this token: the share of the feature’s own values that are lower or, if the autoencoder has no histograms, its share of the feature’s maximum. Features that fire on much of all text are hidden.',
    needs: ['features', 'tokens'],
    per: 'token',
    scale: {
      kind: 'heat',
      bounds: [90, 95, 98, 99, 99.5, 99.8, 99.95],
      unit: '%',
      decimals: 2,
      most: 100,
    },
    value: (scores, row) => 100 * (scores?.features?.unusual[row] ?? NaN),
    format: value => `${value.toFixed(2)} %`,
    explain: ({ scores, row }) => explainUnusual(scores?.features, row),
  }),
  pinned: lens({
    group: 'features',
    title: 'Pinned features',
    meaning:
      'Where your pinned features fire. Each has its own colour and line; thicker lines are higher values. If several fire at one token, the strongest is drawn.',
    needs: ['features', 'tokens'],
    per: 'token',
    scale: { kind: 'channels' },
    value: (scores, row) => scores?.features?.channel[row] ?? NaN,
    format: value => `pinned feature ${Math.floor(value / CHANNEL_STEPS) + 1}`,
  }),
  unexplained: lens({
    group: 'features',
    title: 'Unexplained',
    meaning:
      'Share of the model’s activation at this token that the autoencoder does not reconstruct: |x − x̂| / |x|. Where it is high, do not rely on the list of features.',
    needs: ['features', 'tokens'],
    per: 'token',
    scale: { kind: 'heat', bounds: [15, 22, 30, 38, 46, 55, 65], unit: '%', decimals: 1 },
    value: (scores, row) => 100 * (scores?.features?.unexplained[row] ?? NaN),
    format: value => `${value.toFixed(1)} % unexplained`,
    explain: ({ scores, row }) => {
      const share = scores?.features?.unexplained[row] ?? NaN;
      return Number.isNaN(share)
        ? []
        : [{ name: 'Unexplained', value: `${(100 * share).toFixed(1)} %` }];
    },
  }),
  ...layerLenses,
  deleteGate,
  numbers: lens({
    group: 'tokenizer',
    title: 'Digit groups',
    meaning:
      'How the tokenizer groups the digits of numbers. Shades alternate from group to group; other text has no colour.',
    needs: ['numbers'],
    per: 'token',
    scale: { kind: 'alternate', names: ['1st, 3rd, 5th … group', '2nd, 4th, 6th … group'] },
    value: (scores, row) => scores?.digitGroups?.[row] ?? NaN,
    format: value => `group ${value + 1}`,
  }),
  words: lens({
    group: 'tokenizer',
    title: 'Over-segmentation',
    meaning:
      'How many times as many tokens per byte this word takes as English text does with the same tokenizer. Words of one or two tokens, and words with digits, are left out.',
    needs: ['words'],
    per: 'token',
    scale: { kind: 'heat', bounds: [1.5, 2, 2.5, 3, 3.5, 4, 4.5], unit: 'times', decimals: 2 },
    value: (scores, row) => scores?.fineness?.[row] ?? NaN,
    format: value => `${value.toFixed(2)} times the tokens of English`,
  }),
  chunks: lens({
    group: 'tokenizer',
    title: 'Chunks',
    meaning:
      'Chunks for retrieval, split at paragraphs, lines and sentences, up to the maximum number of tokens in the settings. Shades alternate from chunk to chunk.',
    needs: ['chunks'],
    per: 'token',
    scale: { kind: 'alternate', names: ['1st, 3rd, 5th … chunk', '2nd, 4th, 6th … chunk'] },
    value: (scores, row) => scores?.chunks?.[row] ?? NaN,
    format: value => `chunk ${value + 1}`,
  }),
  units: lens({
    group: 'tokenizer',
    title: 'Less-is-better units',
    meaning:
      'How a lexicon learned from the lines of this text splits it, with few units and few distinct ones; spaces are left out. Shades alternate from unit to unit. Compare them with the tokens.',
    needs: [],
    per: 'unit',
    scale: { kind: 'alternate', names: ['even units', 'odd units'] },
    // No token has one: the units are cut otherwise.
    value: () => NaN,
    format: value => `unit ${value}`,
    explain: () => [],
  }),
} satisfies Record<string, Lens>;

export type LensId = keyof typeof lenses;
export const lensIds = Object.keys(lenses) as LensId[];

/** The log-ratio that the colour shows, and the contrast score as the sum that it is. */
function explainContrast(contrast: ContrastScores | undefined, row: number): Explanation[] {
  if (!contrast || Number.isNaN(contrast.positive[row]!)) return [];
  const token = {
    positive: contrast.positive[row]!,
    negative: contrast.negative[row]!,
    divergence: contrast.divergences[row]!,
  };
  const { centre } = contrast;
  const centred = { name: 'subtracted median of the text', value: formatSignedBits(centre) };
  return [
    { name: 'Contrast', value: formatSignedBits(logRatioOf(token) - centre) },
    ...(centre === 0 ? [] : [centred]),
    { name: 'surprisal under the positive model', value: formatBits(-token.positive) },
    { name: 'surprisal under the negative model', value: formatBits(-token.negative) },
    // A server says too little of a place for it.
    ...(Number.isNaN(token.divergence)
      ? []
      : [
          { name: 'divergence of the two models here', value: formatBits(token.divergence) },
          { name: 'contrast score', value: formatBits(contrastScore(token)) },
        ]),
  ];
}

function explainUnusual(features: TokenFeatures | undefined, row: number): Explanation[] {
  const share = features?.unusual[row] ?? NaN;
  if (!features || Number.isNaN(share)) return [];
  const number = lenses.features.format(100 * share);
  const own = { name: 'Features', value: number };
  const feature = features.unusualFeature[row]!;
  if (feature < 0) return [own];
  const how = features.byDistribution
    ? `higher than ${number} of its values`
    : `at ${number} of its maximum`;
  return [own, { name: 'most unusual feature', value: `#${feature}, ${how}` }];
}

function formatSignedBits(nats: number): string {
  return `${nats < 0 ? '−' : '+'}${formatBits(Math.abs(nats))}`;
}
