// The lenses: each turns a row of scores into one number, and says how that number is coloured and read.
// Editor, inspector and command line draw a lens and know none by name.
import { CHANNEL_STEPS } from '../sae/featureValues';
import { stepOf, strengthOf, type Scale } from './scale';
import { NATS_PER_BIT, type Scores } from './scores';

export interface Lens {
  readonly title: string;
  /** One sentence: what the number is. */
  readonly meaning: string;
  /** Whether a forward pass is needed, or the tokenizer alone will do. */
  readonly needsModel: boolean;
  /** What it colours. A number for characters costs more than a pass over the tokens, and is asked for by itself. */
  readonly per: 'token' | 'character';
  /** Whether it needs a second model, too. */
  readonly comparesModels?: boolean;
  /** Whether it needs an autoencoder beside the model, whose features cost a pass of their own. */
  readonly needsFeatures?: boolean;
  /** Whether it needs a positive and a negative model. */
  readonly comparesPair?: boolean;
  /** Its peaks are a share of the text's tokens, as its values have no size of their own. */
  readonly peaksByShare?: boolean;
  /** Whether log-probabilities that a file holds are enough, where they are of its own tokens. */
  readonly readsSaved?: boolean;
  /** Whether blanks, tabs and line ends are made visible. */
  readonly showsWhitespace: boolean;
  readonly scale: Scale;
  /** The value for the token `index` of the document, whose scores are row `row`; NaN where unknown. */
  value(scores: Scores | null, row: number, index: number): number;
  format(value: number): string;
}

const bits = (value: number) => `${value.toFixed(2)} bits`;

export const lenses = {
  tokens: {
    title: 'Tokens',
    meaning: 'Where the tokenizer cuts the text. Shades alternate from token to token.',
    needsModel: false,
    per: 'token',
    readsSaved: true,
    showsWhitespace: true,
    scale: { kind: 'alternate' },
    value: (_scores, _row, index) => index,
    format: value => `token ${value}`,
  },
  surprisal: {
    title: 'Surprisal',
    meaning: 'How unlikely the model held this token, given the text before it: −log₂ p.',
    needsModel: true,
    per: 'token',
    readsSaved: true,
    showsWhitespace: false,
    scale: { kind: 'heat', bounds: [1, 2, 4, 6, 8, 11, 14], unit: 'bits', decimals: 2 },
    value: (scores, row) => (scores ? -scores.logprobs[row]! / NATS_PER_BIT : NaN),
    format: bits,
  },
  bytes: {
    title: 'Surprisal by byte',
    meaning:
      'How unlikely the model held each character, given the text before it, however that is cut into tokens: exact; a character of several bytes adds them up.',
    needsModel: true,
    per: 'character',
    showsWhitespace: false,
    scale: { kind: 'heat', bounds: [0.5, 1, 2, 3, 5, 7, 10], unit: 'bits', decimals: 2 },
    value: (scores, row) => (scores?.byteNats?.[row] ?? NaN) / NATS_PER_BIT,
    format: bits,
  },
  difference: {
    title: 'Difference by byte',
    meaning:
      'How many more bits the second model needed for each character than the first, whatever tokens they have; less than none: the second was the less surprised.',
    needsModel: true,
    per: 'character',
    comparesModels: true,
    showsWhitespace: false,
    scale: { kind: 'diverging', bounds: [0.5, 1.5, 4, 8], unit: 'bits', decimals: 2 },
    value: (scores, row) =>
      ((scores?.secondByteNats?.[row] ?? NaN) - (scores?.byteNats?.[row] ?? NaN)) / NATS_PER_BIT,
    format: value => `${value < 0 ? '−' : '+'}${bits(Math.abs(value))}`,
  },
  contrast: {
    title: 'Contrast',
    meaning:
      'How many more bits the positive model of a pair needed for this token than the negative one: where more, the negative one likes it better. No proof that it is critical.',
    needsModel: true,
    per: 'token',
    comparesPair: true,
    peaksByShare: true,
    showsWhitespace: false,
    scale: { kind: 'diverging', bounds: [0.1, 0.4, 1.5, 5], unit: 'bits', decimals: 2 },
    value: (scores, row) => {
      const contrast = scores?.contrast;
      if (!contrast) return NaN;
      const { positive, negative, centre } = contrast;
      return (negative[row]! - positive[row]! - centre) / NATS_PER_BIT;
    },
    format: value => `${value < 0 ? '−' : '+'}${bits(Math.abs(value))}`,
  },
  entropy: {
    title: 'Entropy',
    meaning: 'How undecided the model was before it saw this token.',
    needsModel: true,
    per: 'token',
    readsSaved: true,
    showsWhitespace: false,
    scale: { kind: 'heat', bounds: [0.5, 1, 2, 3, 4, 5, 7], unit: 'bits', decimals: 2 },
    value: (scores, row) => (scores ? scores.entropiesNats[row]! / NATS_PER_BIT : NaN),
    format: bits,
  },
  varentropy: {
    title: 'Varentropy',
    meaning:
      'How much the surprisals of what might have come differ, as the model weighs them: none where it is sure or finds all equally likely, much where a few sure ways part from many unsure ones.',
    needsModel: true,
    per: 'token',
    readsSaved: true,
    showsWhitespace: false,
    scale: { kind: 'heat', bounds: [0.5, 1, 2, 4, 6, 9, 14], unit: 'bits²', decimals: 2 },
    value: (scores, row) => (scores ? scores.varentropies[row]! / NATS_PER_BIT ** 2 : NaN),
    format: value => `${value.toFixed(2)} bits²`,
  },
  gap: {
    title: 'Top-1 gap',
    meaning:
      'How much likelier the likeliest token was than this one: nothing where this one was the likeliest.',
    needsModel: true,
    per: 'token',
    readsSaved: true,
    showsWhitespace: false,
    scale: { kind: 'heat', bounds: [0.25, 1, 2, 3, 5, 7, 10], unit: 'bits', decimals: 2 },
    value: (scores, row) =>
      scores && scores.topK > 0
        ? (scores.topLogprobs[row * scores.topK]! - scores.logprobs[row]!) / NATS_PER_BIT
        : NaN,
    format: bits,
  },
  rank: {
    title: 'Rank',
    meaning: 'The place of this token among all tokens of the vocabulary; 1 is the likeliest.',
    needsModel: true,
    per: 'token',
    showsWhitespace: false,
    scale: { kind: 'heat', bounds: [2, 3, 6, 11, 51, 201, 1001], unit: '', decimals: 0 },
    value: (scores, row) => scores?.ranks[row] || NaN,
    format: value => `rank ${value}`,
  },
  features: {
    title: 'Features',
    meaning:
      'How high the strongest feature of the autoencoder is at this token, as a share of the highest it was ever seen. Features that fire on much of all text are left out.',
    needsModel: true,
    needsFeatures: true,
    per: 'token',
    showsWhitespace: false,
    scale: {
      kind: 'heat',
      bounds: [40, 50, 60, 70, 80, 88, 95],
      unit: '% of its maximum',
      decimals: 0,
    },
    value: (scores, row) => 100 * (scores?.features?.strongest[row] ?? NaN),
    format: value => `${value.toFixed(0)} % of its maximum`,
  },
  pinned: {
    title: 'Pinned features',
    meaning:
      'Where the features that you pinned fire, each in a colour and with a line of its own; thicker lines: higher. Of several at one token the strongest is drawn.',
    needsModel: true,
    needsFeatures: true,
    per: 'token',
    showsWhitespace: false,
    scale: { kind: 'channels' },
    value: (scores, row) => scores?.features?.channel[row] ?? NaN,
    format: value => `pinned feature ${Math.floor(value / CHANNEL_STEPS) + 1}`,
  },
  unexplained: {
    title: 'Unexplained',
    meaning:
      'The part of the model’s activation at this token that the autoencoder’s features leave out: |x − x̂| / |x|. Where it is high, no list of features says what the model holds.',
    needsModel: true,
    needsFeatures: true,
    per: 'token',
    showsWhitespace: false,
    scale: { kind: 'heat', bounds: [15, 22, 30, 38, 46, 55, 65], unit: '%', decimals: 1 },
    value: (scores, row) => 100 * (scores?.features?.unexplained[row] ?? NaN),
    format: value => `${value.toFixed(1)} % unexplained`,
  },
} satisfies Record<string, Lens>;

export type LensId = keyof typeof lenses;
export const lensIds = Object.keys(lenses) as LensId[];

const channelOf = (step: number) => Math.floor(step / CHANNEL_STEPS);

/** The least strength of a step that counts as a peak. */
const PEAK_STRENGTH = 4 / 7;

/** Of a lens whose peaks are a share of the tokens. */
const PEAK_SHARE = 0.05;

/** The least size of such a peak; NaN values are left out. */
export function peakSize(values: readonly number[]): number {
  const sizes = values.filter(value => value !== 0 && !Number.isNaN(value)).map(Math.abs);
  sizes.sort((a, b) => b - a);
  return sizes[Math.floor(PEAK_SHARE * sizes.length)] ?? Infinity;
}

/** The nearest of `count` values that is a peak, from the one at `start` on (1) or back (-1). */
export function nearestPeak(
  lens: Lens,
  valueAt: (index: number) => number,
  count: number,
  start: number,
  direction: 1 | -1,
): number | undefined {
  const at = (index: number) => (index < 0 || index >= count ? NaN : valueAt(index));
  const all = lens.peaksByShare
    ? Array.from({ length: count }, (_, index) => at(index))
    : undefined;
  const least = all && peakSize(all);
  for (let index = start; index >= 0 && index < count; index += direction)
    if (isPeak(lens, at(index - 1), at(index), at(index + 1), least)) return index;
  return undefined;
}

/**
 * Whether the middle of three neighbouring values stands out: above what came before, not below what
 * comes after, and of a strong colour, or no smaller than `least`. On an alternating scale every token does, on a
 * diverging one values count by their size.
 */
export function isPeak(
  lens: Lens,
  before: number,
  value: number,
  after: number,
  least?: number,
): boolean {
  if (lens.scale.kind === 'alternate') return true;
  if (lens.scale.kind === 'channels')
    return !Number.isNaN(value) && channelOf(value) !== channelOf(before);
  const size = lens.scale.kind === 'diverging' ? Math.abs : (value: number) => value;
  const isLarge =
    least === undefined
      ? strengthOf(lens.scale, stepOf(lens.scale, value)) >= PEAK_STRENGTH
      : size(value) >= least;
  if (!isLarge) return false;
  return !(size(before) >= size(value)) && !(size(after) > size(value));
}
