// What rollouts are asked for and what they tell.
import type { CliffClass, CurvePoint } from '../core/traces/curve';

export interface RolloutOptions {
  /** From each prefix. */
  rollouts: number;
  temperature: number;
  topP: number;
  seed: number;
  maxTokens: number;
  /** The right answer; without it and a checker, answers are compared with the most frequent one. */
  target?: string;
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
  /** Of cliffs. */
  cliff?: CliffClass;
}

/** A continuation in which another token stands at a place, and the answers of rollouts behind that token. */
export interface BranchView {
  /** What stands from the trace's beginning on, to the model's end or the most tokens. */
  text: string;
  answers: RolloutAnswer[];
  right: number;
  rollouts: number;
  target: string | null;
}

export interface RolloutView {
  /** Where each point is: behind its token. */
  points: (RolloutPoint & { utf16: number })[];
  falls: RolloutFall[];
  /** Null where a checker judged, or no rollout had an answer. */
  target: string | null;
  /** Whether it was given; else the curve tells agreement, not success. */
  isSuccess: boolean;
  model: string;
  ms: number;
}
