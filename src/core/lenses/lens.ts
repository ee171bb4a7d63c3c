// What a lens is: a value that turns a row of scores into one number, and says how that number is coloured and read.
import { layerPasses, type LayerPassId } from '../layers/layerPasses';
import type { Scale } from './scale';
import type { Scores } from './scores';

/** The passes of the engine over a document, each with the column of `Scores` that is there once it ran. */
export const passColumns = {
  features: 'features',
  tokens: 'logprobs',
  bytes: 'byteNats',
  secondBytes: 'secondByteNats',
  contrast: 'contrast',
  numbers: 'digitGroups',
  words: 'fineness',
  chunks: 'chunks',
  deleteGate: 'deleteGate',
  ...layerColumns(),
} as const satisfies Record<string, keyof Scores>;
export type PassId = keyof typeof passColumns;

/** Each in a column of its own name. */
function layerColumns(): { readonly [P in LayerPassId]: P } {
  return Object.fromEntries(layerPasses.map(id => [id, id])) as { [P in LayerPassId]: P };
}

/** Passes that read the text and its tokens alone, or ask a model of their own. */
const OF_TEXT: readonly PassId[] = ['numbers', 'words', 'chunks', 'deleteGate'];

export const isOfText = (pass: PassId): boolean => OF_TEXT.includes(pass);

/** Whether a lens says nothing unless a model is open. */
export const needsModel = ({ needs }: Pick<Lens, 'needs'>): boolean =>
  needs.some(pass => !isOfText(pass));

/** A token of a document: row `row` of the scores is about its token `index`. Scores are null without a model. */
export interface LensRow {
  readonly scores: Scores | null;
  readonly row: number;
  readonly index: number;
}

/** A number in words: `{ name: 'Varentropy', value: '4.31 bits²' }`. */
export interface Explanation {
  readonly name: string;
  readonly value: string;
}

/** The groups in which lenses are listed, in that order. */
export const lensGroups = {
  text: 'Text',
  bytes: 'Bytes',
  features: 'Features',
  traces: 'Reasoning Traces',
  layers: 'Layers and Attribution',
  tokenizer: 'Tokenizer',
} as const;
export type LensGroup = keyof typeof lensGroups;

export interface Lens {
  readonly group: LensGroup;
  readonly title: string;
  /** One sentence: what the number is. */
  readonly meaning: string;
  /** The passes whose columns `value` reads, in the order in which they run; none: the tokenizer is enough. */
  readonly needs: readonly PassId[];
  /** The column of the tokens pass that it reads, where a model may lack it: a server does not say everything. */
  readonly column?: keyof Scores;
  /** What it colours; units are those of a lexicon that is learned from the text. */
  readonly per: 'token' | 'character' | 'unit';
  /** Peaks are a share of the text's tokens, as the values have no scale of their own. */
  readonly peaksByShare?: boolean;
  /** Log-probabilities saved in a file are enough, for the tokens that the file lists. */
  readonly readsSaved?: boolean;
  /** Spaces, tabs and line ends are made visible. */
  readonly showsWhitespace?: boolean;
  readonly scale: Scale;
  /** The value of a token; NaN where unknown. */
  value(scores: Scores | null, row: number, index: number): number;
  format(value: number): string;
  /**
   * What hover, *Token* tab and command line show of a token: first the number that colours it, then what that number
   * is made of. Empty where nothing is known.
   */
  explain(row: LensRow): readonly Explanation[];
}

/** Completes a lens: unless it says more, it explains a token by its value alone. */
export function lens<V extends Lens['value']>(
  parts: Omit<Lens, 'explain' | 'value'> & Partial<Pick<Lens, 'explain'>> & { value: V },
): Lens & { value: V } {
  const { title, value, format } = parts;
  const explain = ({ scores, row, index }: LensRow) => {
    const number = value(scores, row, index);
    return Number.isNaN(number) ? [] : [{ name: title, value: format(number) }];
  };
  return { explain, ...parts };
}
