// What the engine's main thread asks of the thread that runs ONNX Runtime and nothing else.
import type { PathNode } from '../core/exactBytes/tokenModel';
import type { Sae } from '../core/sae/sae';
import type { FeatureRows } from '../core/sae/sparseRows';
import type { Scores } from '../core/lenses/scores';
import type { Sampling } from '../core/traces/drawToken';

export interface Runtime {
  /**
   * Opens the folder's graph, rewritten in memory, and tests it against itself.
   * Throws `UserError` where the folder or its graph cannot serve.
   */
  open(params: {
    folder: string;
    onnxPath: string;
    hiddenSize?: number;
    layers?: number;
  }): GraphReport;

  /**
   * Scores one window: row i says how `targets[i]` looked after `inputs[0..i]`; rows before `from` are
   * not computed (their keys and values come from the prefix cache or are prefilled unscored).
   * Answers rows [from, targets.length), each with `topK` alternatives, those beyond the vocabulary unknown;
   * `contexts` counts inputs. A score has the same bits whatever was cached or asked for before.
   * `cancel[0]` is checked between chunks; 1 makes it throw `Cancelled`, and what was computed stays cached.
   * Throws `UserError` for ids outside the vocabulary and windows that the model cannot hold.
   */
  score(params: {
    inputs: Uint32Array;
    targets: Uint32Array;
    from: number;
    topK: number;
    cancel: Int32Array<SharedArrayBuffer>;
    /** Chunks are also posted as they are done, under this number, as `ScoredChunk`s. */
    job: number;
  }): Scores;

  /**
   * Logits [wanted, vocabSize] of what comes behind nodes of a tree that grows behind `prefix`, which is not
   * empty. The tree's first node is the prefix's end. The tree is one run, in which each token sees its own path alone;
   * where the graph takes no such mask (`GraphReport.noTree`), a run for each token. Throws `UserError` as `score`
   * does, and `Cancelled` where `cancel[0]` is 1 between chunks of the prefix. `ran` counts the tokens that went
   * through the graph: what was cached did not.
   */
  forwardTree(params: {
    prefix: Uint32Array;
    nodes: readonly PathNode[];
    wanted: readonly number[];
    cancel?: Int32Array<SharedArrayBuffer>;
  }): { logits: Float32Array; ran: number };

  /**
   * Continues `prefix`, which is not empty, once for each seed: tokens below `vocabSize` are drawn until one of
   * `ends` (included) or `maxTokens`. A seed draws the same whatever others are beside it, but for rounding.
   * Throws `UserError` as `score` does, and `Cancelled` where `cancel[0]` is 1 between steps.
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
   * Loads an autoencoder in place of the one before; null: none. Its weights lie in memory that is shared. Throws
   * `UserError` with both numbers where it does not fit the model: no such layer or place, another width.
   */
  openSae(params: { sae: Sae | null }): void;

  /**
   * The features on at inputs [from, inputs.length). `candidates`: not by the autoencoder's own rule, but all
   * above 0, of each input the `limit` highest. Chunks are also posted as `EncodedChunk`s. Cancels as `score` does.
   */
  encode(params: {
    inputs: Uint32Array;
    from: number;
    candidates?: { limit: number };
    cancel: Int32Array<SharedArrayBuffer>;
    job: number;
  }): FeatureRows;

  /**
   * Scores one window as `score` does, all rows, with `steer` [inputs.length, width] added to what the autoencoder
   * reads. Only where it can be told what that is for the rest of the model (`openSae` refuses no place for it).
   */
  scoreSteered(params: {
    inputs: Uint32Array;
    targets: Uint32Array;
    steer: Float32Array;
    topK: number;
    cancel: Int32Array<SharedArrayBuffer>;
  }): Scores;

  /** [rows, vocabSize]: the logits of rows [rows, hidden] at the end of the residual stream; null where the graph has no such end. */
  logitsOfResiduals(params: { residuals: Float32Array; rows: number }): Float32Array | null;

  close(params: Record<string, never>): void;
}

export const runtimeMethods = [
  'open',
  'score',
  'forwardTree',
  'sample',
  'openSae',
  'encode',
  'scoreSteered',
  'logitsOfResiduals',
  'close',
] as const satisfies (keyof Runtime)[];

/** Notification to the runtime: its thread ends once what was asked before is answered. */
export const CLOSED = 'closed';

/** Notification from the runtime, with a `ScoredChunk`. */
export const SCORED_CHUNK = 'scoredChunk';

/** Sent by the runtime while `score` is under way: rows [firstRow, firstRow + scores.logprobs.length). */
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

/** What was found in the graph and what its self-test measured, as the model's report prints it. */
export interface GraphReport {
  onnxPath: string;
  runtimeVersion: string;
  opset: number;
  nodes: number;
  /** Bytes of weights, and whether they lie beside the graph or inside its file. */
  weightBytes: number;
  weights: 'external' | 'embedded';
  attention: string;
  quantization: 'none' | 'fp16' | 'weight-only' | 'dynamic-int8';
  vocabSize: number;
  /** Why a tree of tokens is a run for each of them and not one for all, where it is so. */
  noTree?: string;
  /** Residual-stream taps in order, by TransformerLens hook name, with the tensor each one reads. */
  hooks: { hook: string; tensor: string }[];
  /** Why there are no taps, where there are none. */
  hooksMissing?: string;
  selfTest: { name: string; value: number; tolerance: number; unit: string; passed: boolean }[];
  warnings: string[];
  loadMs: number;
}
