// Requests of the engine's main thread to the thread that runs ONNX Runtime and nothing else.
import type { SelfTestRow } from './models';
import type { RowSums } from '../core/exactBytes/rowSums';
import type { PathNode } from '../core/exactBytes/tokenModel';
import type { Reading, ReadingAnswer } from '../core/layers/readings';
import type { Sae } from '../core/sae/sae';
import type { FeatureRows } from '../core/sae/sparseRows';
import type { Scores } from '../core/lenses/scores';
import type { Sampling } from '../core/traces/drawToken';

export interface Runtime {
  /**
   * Opens the folder's graph, rewritten in memory, and runs its self-test.
   * Throws `UserError` if the folder or its graph cannot be used.
   */
  open(params: {
    folder: string;
    onnxPath: string;
    /** The graph in place of that of `onnxPath`, from which it was built; its external data are absolute paths. */
    built?: Uint8Array;
    /** Tokens that the model can hold; the self-test runs no more. */
    contextTokens?: number;
    hiddenSize?: number;
    layers?: number;
    /** Heads of keys and values, and numbers in a head: for graphs that do not say them. */
    kvHeads?: number;
    headSize?: number;
    /** Whether what the self-test finds may be written to the cache; by default it may. */
    keepsTest?: boolean;
  }): GraphReport;

  /**
   * Scores one window: row i scores `targets[i]` after `inputs[0..i]`. Rows before `from` are not computed (their keys
   * and values come from the prefix cache or are prefilled unscored).
   * Returns rows [from, targets.length), each with `topK` alternatives, those beyond the vocabulary unknown;
   * `contexts` counts inputs. A score has the same bits whatever was cached or requested before.
   * `cancel[0]` is checked between chunks: 1 makes it throw `Cancelled`, and what was computed stays cached.
   * Throws `UserError` for ids outside the vocabulary and for windows that the model cannot hold.
   */
  score(params: {
    inputs: Uint32Array;
    targets: Uint32Array;
    from: number;
    /** Chunks that begin at it or after it are not run; all are, where it is not said. */
    until?: number | undefined;
    topK: number;
    /** Nothing is kept in the cache. */
    isOnce?: boolean | undefined;
    cancel: Int32Array<SharedArrayBuffer>;
    /** Each chunk is also posted when it is done, as a `ScoredChunk` with this number. */
    job: number;
  }): Scores;

  /**
   * Logits [wanted, vocabSize] of the token after each wanted node of a tree that follows `prefix`, which is not empty.
   * The tree's first node is the end of the prefix. The tree is one run, in which each token attends to its own path
   * only; if the graph takes no such mask (`GraphReport.noTree`), each token is a run. Throws `UserError` as `score`
   * does, and `Cancelled` if `cancel[0]` is 1 between chunks of the prefix. `ran` counts the tokens that went through
   * the graph, not those that were cached.
   */
  forwardTree(params: {
    prefix: Uint32Array;
    nodes: readonly PathNode[];
    wanted: readonly number[];
    cancel?: Int32Array<SharedArrayBuffer>;
  }): { logits: Float32Array; ran: number };

  /**
   * What `sums` ask of the rows of log-probabilities after nodes of such a tree, one after the other: rows stay where
   * they are made. `order` are tokens in the order that ranges are of. The nodes that sums are of, with those before them,
   * are as `wanted`. Throws as `forwardTree` does.
   */
  forwardSums(params: {
    prefix: Uint32Array;
    nodes: readonly PathNode[];
    sums: readonly RowSums[];
    order: Uint32Array;
    cancel?: Int32Array<SharedArrayBuffer>;
  }): Float64Array;

  /**
   * Continues `prefix`, which is not empty, once for each seed: tokens below `vocabSize` are drawn until one of
   * `ends` (included) or `maxTokens`. A seed draws the same tokens whatever other seeds there are, except for rounding.
   * Throws `UserError` as `score` does, and `Cancelled` if `cancel[0]` is 1 between steps.
   */
  sample(
    params: Sampling & {
      prefix: Uint32Array;
      seeds: Uint32Array;
      maxTokens: number;
      ends: readonly number[];
      vocabSize: number;
      cancel: Int32Array<SharedArrayBuffer>;
    },
  ): Uint32Array[];

  /**
   * Loads an autoencoder in place of the one before; null: none. Its weights are in shared memory. Throws `UserError`
   * if it does not fit the model: no such layer or hook, or another width (with both numbers).
   */
  openSae(params: { sae: Sae | null }): void;

  /**
   * The features that are on at inputs [from, inputs.length), by the autoencoder's own rule; with `candidates`, the
   * `limit` highest of each input that are above 0. Chunks are also posted as `EncodedChunk`s. Cancels as `score` does.
   */
  encode(params: {
    inputs: Uint32Array;
    from: number;
    until?: number | undefined;
    candidates?: { limit: number };
    cancel: Int32Array<SharedArrayBuffer>;
    job: number;
  }): FeatureRows;

  /**
   * Scores all rows of one window as `score` does, with `steer` [inputs.length, width] added to the activations that
   * the autoencoder reads, and so to all that the rest of the model computes from them.
   */
  scoreSteered(params: {
    inputs: Uint32Array;
    targets: Uint32Array;
    steer: Float32Array;
    topK: number;
    cancel: Int32Array<SharedArrayBuffer>;
    job: number;
  }): Scores;

  /**
   * Runs a window and reads its layers. `targets` are the tokens after each input. Cancels as `score` does. Throws
   * `UserError` where the graph does not have what is read.
   */
  readLayers(params: {
    inputs: Uint32Array;
    targets: Uint32Array;
    reading: Reading;
    cancel: Int32Array<SharedArrayBuffer>;
  }): ReadingAnswer;

  /**
   * Logits [rows, vocabSize] of residuals [rows, hidden] after the last block; null if the graph's unembedding was not
   * found.
   */
  logitsOfResiduals(params: { residuals: Float32Array; rows: number }): Float32Array | null;

  /**
   * Opens the graph of a gate, which takes bytes in place of a model's tokens, and tries it on `ids`. Throws `UserError` if
   * the graph is none, or cannot be run.
   */
  openGate(params: { folder: string; onnxPath: string; ids: Uint32Array }): void;

  /** [input]: the gate's values. Throws `UserError` where the graph fails. */
  readGate(params: { inputs: Uint32Array }): Float32Array;

  close(params: Record<string, never>): void;
}

export const runtimeMethods = [
  'open',
  'score',
  'forwardTree',
  'forwardSums',
  'sample',
  'openSae',
  'encode',
  'scoreSteered',
  'readLayers',
  'logitsOfResiduals',
  'openGate',
  'readGate',
  'close',
] as const satisfies (keyof Runtime)[];

/** Notification to the runtime: its thread ends after the requests that it already has. */
export const CLOSED = 'closed';

/** Notification from the runtime, with a `ScoredChunk`. */
export const SCORED_CHUNK = 'scoredChunk';

/** Sent by the runtime while `score` or `scoreSteered` is under way: rows [firstRow, firstRow + scores.logprobs.length). */
export interface ScoredChunk {
  job: number;
  firstRow: number;
  scores: Scores;
}

/** Notification from the runtime, with an `EncodedChunk`: rows of inputs from `firstRow` on. */
export const ENCODED_CHUNK = 'encodedChunk';
export interface EncodedChunk {
  job: number;
  firstRow: number;
  rows: FeatureRows;
}

/** What was found in the graph and what its self-test measured: the contents of the model's report. */
export interface GraphReport {
  onnxPath: string;
  runtimeVersion: string;
  opset: number;
  nodes: number;
  /** Bytes of weights, and whether they are in files of their own or in the graph's. */
  weightBytes: number;
  weights: 'external' | 'embedded';
  attention: string;
  quantization: 'none' | 'fp16' | 'weight-only' | 'dynamic-int8';
  /** Whether it computes in half precision. */
  isHalf: boolean;
  vocabSize: number;
  /** Why each token of a tree needs a run of its own, if so. */
  noTree?: string;
  /** Residual-stream hooks in order, by TransformerLens name, with the tensor that each one reads. */
  hooks: { hook: string; tensor: string }[];
  /** Why there are no hooks, if there are none. */
  hooksMissing?: string;
  /** Why attention weights cannot be read, if so. */
  attentionMissing?: string;
  selfTest: SelfTestRow[];
  warnings: string[];
  loadMs: number;
}
