// The passes that read a model's layers, or run it several times: each has a column of its name in `Scores`.

/** With their names on the command line. */
export const layerPassNames = {
  exitDepth: 'exit-depth',
  attention: 'attention',
  dilution: 'dilution',
  coreTokens: 'core-tokens',
  attentionRank: 'attention-rank',
  redundancy: 'redundancy',
  drift: 'drift',
  wordBits: 'words',
  lookAhead: 'look-ahead',
  lexical: 'lexical',
  robustness: 'robustness',
  routing: 'routing',
} as const;
export type LayerPassId = keyof typeof layerPassNames;
export const layerPasses = Object.keys(layerPassNames) as LayerPassId[];

/** The pass of the delete gate, which is read off a layer of an encoder of its own, and its name on the command line. */
export const GATE_PASS = 'deleteGate';
export const GATE_NAME = 'delete-gate';

const ids: ReadonlySet<string> = new Set([...layerPasses, GATE_PASS]);

/** Whether a pass runs by `LayerOptions`. */
export const isOfLayers = (pass: string): boolean => ids.has(pass);

/** [row], NaN where not known. Absent unless asked for. What the numbers are is said by the lenses of these names. */
export type LayerScores = { readonly [P in LayerPassId | typeof GATE_PASS]?: Float32Array };

export const REDUNDANCY_FORMS = ['elu', 'gaussian'] as const;

/** What the numbers of these passes depend on besides the text and the model. */
export interface LayerOptions {
  /** From 0; null: all layers for `attention` and `dilution`, the last one for what reads a single layer. */
  readonly layer: number | null;
  /** From 0; null: all heads. */
  readonly head: number | null;
  /** The share of the keys that a token sees which counts as near. */
  readonly nearShare: number;
  readonly redundancyForm: (typeof REDUNDANCY_FORMS)[number];
  /** Cosines above it count as similar. */
  readonly redundancyMargin: number;
  /** Tokens that `lookAhead` adds up. */
  readonly lookAheadTokens: number;
  /** Of what is drawn at random. */
  readonly seed: number;
  /** Of the delete gate; empty: the built-in one. */
  readonly gateFolder: string;
  /** Of a tuned lens, for `exitDepth`; empty: that in the model's folder, or where it has none the logit lens. */
  readonly tunedLens: string;
}

export const defaultLayerOptions: LayerOptions = {
  layer: null,
  head: null,
  nearShare: 0.1,
  redundancyForm: 'elu',
  redundancyMargin: 0.5,
  lookAheadTokens: 8,
  seed: 1,
  gateFolder: '',
  tunedLens: '',
};
