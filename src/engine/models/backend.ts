// What an opened model can do, whatever it was opened from. Scoring is what makes a model; every other ability is
// there, or absent with the reason that the user reads.
import type { RowSums } from '../../core/exactBytes/rowSums';
import type { PathNode } from '../../core/exactBytes/tokenModel';
import { UserError } from '../../core/errors';
import type { Reading, ReadingAnswer, ReadingId } from '../../core/layers/readings';
import type { Scores } from '../../core/lenses/scores';
import type { Sae } from '../../core/sae/sae';
import type { FeatureRows } from '../../core/sae/sparseRows';
import type { Sampling } from '../../core/traces/drawToken';
import type { BackendReport, Lacks } from '../../protocol/models';

/** Why an ability is absent: a sentence without its period. */
export interface Missing {
  readonly missing: string;
}
export type Ability<T extends object> = T | Missing;

/** The ability itself. Throws `UserError` with the reason where it is absent. */
export function needed<T extends object>(ability: Ability<T>): T {
  if ('missing' in ability) throw new UserError(`${ability.missing}.`);
  return ability;
}

/** Row i is how `targets[i]` looked after `inputs[0..i]`; rows before `from`, and from `until` on, are not asked for. */
export interface ScoreRequest {
  readonly inputs: Uint32Array;
  readonly targets: Uint32Array;
  readonly from: number;
  /** All, where it is not said. Where a run computes more of them, they come with the others. */
  readonly until?: number | undefined;
  /** Alternatives kept for each row. */
  readonly topK: number;
  /** Nothing is kept for another request that begins with the same tokens. */
  readonly isOnce?: boolean | undefined;
}

/** Rows [firstRow, firstRow + rows) as they are done. */
export type OnRows<R> = (rows: R, firstRow: number) => void;

export interface TreeRequest {
  /** Tokens before the tree; not empty. */
  readonly prefix: Uint32Array;
  /** The first node is the end of the prefix: `{ parent: -1, token: -1 }`. */
  readonly nodes: readonly PathNode[];
  /** Nodes whose rows are answered. */
  readonly wanted: readonly number[];
}

export interface SumsRequest extends Omit<TreeRequest, 'wanted'> {
  readonly sums: readonly RowSums[];
  /** The tokens that the ranges of sums are of. */
  readonly order: Uint32Array;
}

/** Tokens of a tree's longest path. */
export function depthOf(nodes: readonly { readonly parent: number }[]): number {
  const depths: number[] = [];
  for (const { parent } of nodes) depths.push(parent < 0 ? 0 : depths[parent]! + 1);
  return depths.reduce((most, depth) => Math.max(most, depth), 0);
}

export interface SampleRequest extends Sampling {
  /** Not empty. */
  readonly prefix: Uint32Array;
  /** One continuation for each. */
  readonly seeds: Uint32Array;
  readonly maxTokens: number;
  readonly ends: readonly number[];
  /** Tokens below it are sampled. */
  readonly vocabSize: number;
}

export interface EncodeRequest {
  readonly inputs: Uint32Array;
  /** Inputs before it, and from `until` on, are not asked for, as in a `ScoreRequest`. */
  readonly from: number;
  readonly until?: number | undefined;
  /** Not by the autoencoder's own rule: of each input the `limit` highest above 0. */
  readonly candidates?: { limit: number };
}

export interface SteerRequest extends Omit<ScoreRequest, 'until' | 'from'> {
  /** [inputs.length, width]: added to what the autoencoder reads. */
  readonly steer: Float32Array;
}

/** Features of one autoencoder, which reads the residual stream at its hook. */
export interface FeatureBackend {
  /** In place of the one before; null: none. Throws `UserError` with both numbers where it does not fit. */
  openSae(sae: Sae | null): Promise<void>;
  encode(
    request: EncodeRequest,
    signal: AbortSignal,
    onRows: OnRows<FeatureRows>,
  ): Promise<FeatureRows>;
  /** Scores of all rows with something added to what the autoencoder reads. */
  scoreSteered(
    request: SteerRequest,
    signal: AbortSignal,
    onRows?: OnRows<Scores>,
  ): Promise<Scores>;
  /** [rows, vocabSize]: logits of final residuals [rows, hidden] through the last norm and the head alone; null where the model has no such end. */
  unembed(residuals: Float32Array, rows: number): Promise<Float32Array | null>;
}

/** What the model's layers hold while it runs over a window. */
export interface LayerBackend {
  /**
   * `targets` are the tokens after each of the inputs. Throws `UserError` where the model does not have what is read.
   */
  read<K extends ReadingId>(
    window: Pick<ScoreRequest, 'inputs' | 'targets'>,
    reading: Reading<K>,
    signal: AbortSignal,
  ): Promise<ReadingAnswer<K>>;
}

/** One model at a time asks it: `Model` has its requests take turns. Aborting any of them throws `Cancelled`. */
export interface Backend {
  /** The width of a row of logits: no token of a text is above it. */
  readonly vocabSize: number;
  /** Tokens that it holds at once, where it knows better than `ModelShape`. */
  readonly contextTokens?: number;
  /** Tokens of a request besides those of a window; none by default. What it holds, and the user's limit, are of both. */
  readonly besideWindow?: number;
  /** Why its numbers are not exact enough for the bytes of a text: what follows the model's name, without a period. */
  readonly inexact?: string;
  /** What exact bytes need instead of it; what follows "need", without a period. */
  readonly exactNeeds?: string;
  /** Parts of a window cost no more than their own tokens: what is visible is scored first within it. */
  readonly scoresParts?: boolean;
  /** All rows of a tree, or of a path without branches, are one run: to ask for more of them costs little. */
  readonly runsTogether?: 'trees' | 'paths';
  /** Rows of trees are log-probabilities, which may leave out tokens: these are -Infinity. */
  readonly givesLogprobs?: boolean;
  /** Columns of `Scores` that stay unknown, each with the reason: a sentence without its period. */
  readonly lacks?: Lacks;
  /** What was opened and what its self-test measured, for people. */
  readonly report: BackendReport;
  score(request: ScoreRequest, signal?: AbortSignal, onRows?: OnRows<Scores>): Promise<Scores>;
  /** Logits [wanted, vocabSize] after nodes of a tree, and how many tokens were computed rather than cached. */
  readonly tree: Ability<
    (request: TreeRequest, signal?: AbortSignal) => Promise<{ logits: Float32Array; ran: number }>
  >;
  /**
   * What sums ask of the rows of log-probabilities after nodes of a tree, one after the other. Where it is absent, the
   * logits are asked for.
   */
  readonly sums?: (request: SumsRequest, signal?: AbortSignal) => Promise<Float64Array>;
  /** [seed]: the tokens of each continuation. */
  readonly sample: Ability<
    (request: SampleRequest, signal?: AbortSignal) => Promise<Uint32Array[]>
  >;
  readonly features: Ability<FeatureBackend>;
  readonly layers: Ability<LayerBackend>;
  dispose(): void;
}
