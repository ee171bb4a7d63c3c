// What an opened model is.
import type { GraphReport } from './runtime';

export interface ModelInfo {
  /** The folder's last name. */
  name: string;
  folder: string;
  tokenizer: string;
  vocabSize: number;
  /** Whether there is a graph to score with; why not, where there is none. */
  scores: boolean;
  scoresMissing?: string;
  /** Tokens in a window. */
  contextTokens: number;
  warnings: string[];
}

export interface ModelReport {
  info: ModelInfo;
  tokenizerNormalizer: string;
  /** The token before the text, as it is spelled; null where the model has none. */
  start: { id: number; content: string } | null;
  /** Tokens that the model itself could hold. */
  modelContextTokens: number;
  node: string;
  graph: GraphReport | null;
  /** The text of the report that came with the model, if any. */
  ownReport: string | null;
}
