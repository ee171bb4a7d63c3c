// What the editor may ask the engine about reasoning traces: reading them, a pair's contrast, rollouts.
import type { CliffClass, CurvePoint } from '../core/traces/successCurve';
import type { TraceFile } from '../core/traces/trace';
import { methodsOf } from './channel';
import type { DocumentVersion, Refusal } from './types';

export interface TraceApi {
  /**
   * Chooses a positive and a negative model that share the open model's tokens; none: those that its folder names
   * in tokenscope.json. They are opened when they are first asked for.
   */
  choosePair(params: { members?: PairMembers; opensNow?: boolean }): void;

  /**
   * The reasoning traces of a file, whose name is for people; refused where it is a plain text that is read only with
   * `as`. Throws `UserError` where it holds none.
   */
  readTraces(params: { name: string; bytes: Uint8Array; as?: 'text' }): TraceFile | Refusal;

  /**
   * Rolls out a trace that begins at `start` and goes on to the text's end. `rolling` reports progress. Throws
   * `Cancelled` when aborted or when the text has changed meanwhile.
   */
  rollOut(
    params: DocumentVersion & { start: number; options: RolloutOptions },
  ): RolloutView | Refusal;

  /** The same trace with another token `id` at an offset: how the model goes on, and where rollouts come to. */
  branch(
    params: DocumentVersion & { start: number; at: number; id: number; options: RolloutOptions },
  ): BranchView | Refusal;
}

export const traceMethods = methodsOf<TraceApi>({
  choosePair: true,
  readTraces: true,
  rollOut: true,
  branch: true,
});

export interface TraceEvents {
  /** While `rollOut` runs: prefixes that are done, of at most `most`. */
  rolling: RollingEvent;
}
export interface RollingEvent extends DocumentVersion {
  points: number;
  most: number;
}

/** A model of a pair; an empty folder is the open model's. */
export interface PairMember {
  folder: string;
  /** What it is shown before every text. */
  prompt?: string;
}

export interface PairMembers {
  positive: PairMember;
  negative: PairMember;
}

/** What of a text a pair is asked about, and how it is shown. */
export interface ContrastOptions {
  /** UTF-16: where what a model wrote begins. Nothing is said of what comes before. */
  from: number;
  /** Whether the median of the ratios is taken off each. */
  centred: boolean;
}

/** For people: what the two are. */
export interface PairInfo {
  positive: string;
  negative: string;
}

export interface RolloutOptions {
  /** From each prefix. */
  rollouts: number;
  temperature: number;
  topP: number;
  seed: number;
  maxTokens: number;
  /**
   * The right answer, or a solution that ends with it; without it and a checker, answers are compared with the most
   * frequent one.
   */
  target?: string;
  /** Whether the file says that the trace itself is right. */
  isRight?: boolean;
  /** A regular expression for answers; empty: what is usual. */
  pattern: string;
  /** A program of the user's and its arguments. */
  checker?: string[];
  /** Whether all prefixes are rolled out, rather than those that lead to a fall. */
  whole: boolean;
}

export interface RolloutAnswer {
  text: string;
  count: number;
}

export interface RolloutPoint extends CurvePoint {
  /** The most frequent first. */
  answers: RolloutAnswer[];
}

/** Places are UTF-16 of the document. */
export interface RolloutFall {
  utf16Start: number;
  utf16End: number;
  token: number;
  kind: 'critical' | 'cliff' | 'pivotal';
  before: RolloutPoint | null;
  after: RolloutPoint;
  /** Of critical tokens: whether a later prefix recovers. */
  recovers?: boolean;
  /** Of cliffs. */
  cliff?: CliffClass;
}

/** A continuation in which another token stands at a place, and the answers of rollouts after that token. */
export interface BranchView {
  /** What stands from the trace's beginning on, to the model's end or the most tokens. */
  text: string;
  answers: RolloutAnswer[];
  right: number;
  rollouts: number;
  target: string | null;
}

export interface RolloutView {
  /** `utf16`: where its token ends. */
  points: (RolloutPoint & { utf16: number })[];
  falls: RolloutFall[];
  /** Null where a checker judged, or no rollout had an answer. */
  target: string | null;
  /** Whether it was given; else the curve shows agreement, not success. */
  isSuccess: boolean;
  /** Why the shares say nothing, for people; null where they do. */
  problem: string | null;
  model: string;
  ms: number;
}
