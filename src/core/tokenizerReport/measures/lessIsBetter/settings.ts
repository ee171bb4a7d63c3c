/** The settings of Less-is-Better; the names of the authors' program (model.py, demo.ipynb of ray306/LiB) in brackets. */
export interface LessIsBetterSettings {
  /** Documents read before a unit on probation is removed. [life] */
  readonly life: number;
  /** The longest unit that is learned, in characters. [max_len] */
  readonly longestUnit: number;
  /** The probability that two neighbours are considered as one unit. [memory_in] */
  readonly memoryIn: number;
  /** The share of the lexicon, from its end, that is on probation. [memory_out] */
  readonly memoryOut: number;
  /** By which share of its rank a unit moves. [update_rate] */
  readonly updateRate: number;
  /** The longest run of unknown characters that becomes a unit. [mini_gap] */
  readonly longestGap: number;
  /** Lines drawn for a document; of a line that is drawn twice only one is read. */
  readonly linesPerDocument: number;
  /** How many documents are drawn; each epoch reads one of them. */
  readonly documents: number;
  /** How many documents are read. */
  readonly epochs: number;
}

/** Those of the published demonstration, but for `epochs`, of which it has up to 5,001. */
export const PUBLISHED_SETTINGS: LessIsBetterSettings = {
  life: 10,
  longestUnit: 12,
  memoryIn: 0.25,
  memoryOut: 0.0001,
  updateRate: 0.2,
  longestGap: 1,
  linesPerDocument: 200,
  documents: 400,
  epochs: 301,
};
