// What the editor may ask the engine about completions.
import type { CalibrationRow } from '../core/completion/calibration';
import type { Healing } from '../core/completion/healingStarts';
import type { StopReason } from '../core/completion/completion';
import type { Rollback, PromptForm, PromptMode, SuffixFrom } from '../core/completion/prompt';
import type { Region } from '../core/completion/syntaxRegion';
import { methodsOf } from './channel';
import type { DocumentVersion, Piece, Refusal, TextEdit } from './types';

export interface CompletionApi {
  /**
   * What may be inserted after `edit`, which is made to this version of the text first, for this request alone:
   * where the cursor is, it is empty. With `stream`, `completing` reports what is certain of it so far. Throws
   * `Cancelled` when aborted; that the text changes meanwhile is no reason.
   */
  complete(
    params: DocumentVersion & { edit: TextEdit; options: CompletionOptions; stream?: number },
  ): CompletionView | Refusal;

  /** A completion in full, and what other healings would have made of it. */
  explainCompletion(params: {
    text: string;
    at: number;
    options: CompletionOptions;
  }): CompletionView[];

  /**
   * Measures the forms of prompts at places in these texts. `calibrating` reports progress. Throws `UserError`
   * where there is too little text, `Cancelled` when aborted.
   */
  calibrate(params: {
    texts: readonly string[];
    cuts: number;
    contextTokens: number;
  }): CalibrationView | Refusal;
}

export const completionMethods = methodsOf<CompletionApi>({
  complete: true,
  explainCompletion: true,
  calibrate: true,
});

export interface CompletionEvents {
  /** While `complete` runs with `stream`. */
  completing: CompletingEvent;
  /** While `calibrate` runs. */
  calibrating: CalibratingEvent;
}
export interface CompletingEvent {
  stream: number;
  insert: string;
}

export interface CalibratingEvent {
  done: number;
  total: number;
}

export interface CalibrationView {
  /** The model's name. */
  model: string;
  cuts: number;
  /** The best first. */
  rows: CalibrationRow[];
  /** The best of them again where the middle ends inside a word, by where the text after it begins; empty without FIM. */
  inWords: CalibrationRow[];
  chosen: PromptForm;
}

export interface CompletionOptions {
  /** The first of them that the model's tokenizer allows is used. */
  healings: readonly Healing[];
  /** auto: what the model was taught. One that it was not taught is `none`. */
  mode: PromptMode | 'auto';
  rollback: Rollback | 'auto';
  suffixFrom: SuffixFrom | 'auto';
  /** Of the text around the cursor. The model may hold less. */
  contextTokens: number;
  maxTokens: number;
  maxTimeMs: number;
  singleLine: boolean;
  /** An insertion ends before the token with which it would be less likely. */
  minProbability: number;
  /** More than one: those that begin likeliest, or that many samples. */
  candidates: number;
  /** 0: always the likeliest token. */
  temperature: number;
  topP: number;
  seed: number;
  /** Whether several tokens are asked for at once where the text suggests them; it changes nothing but the time. */
  drafts: boolean;
  /** The text's language: what are brackets, strings and comments in it, and where nothing is to be completed. */
  language: string;
  except: readonly Region[];
  /** Alternatives listed for each token; with any, the prompt is answered, too. */
  alternatives: number;
  /** Whether the insertions' own probabilities are found out. */
  logprobs: boolean;
}

export interface CompletionView {
  items: CompletionItem[];
  mode: PromptMode;
  /** Where the prompt's form is from, for people. */
  format: string;
  healing: Healing;
  /** Why healing is not exact, where it was to be. */
  inexact: string;
  /** The bytes before the cursor that the model wrote anew. */
  rolledBack: Uint8Array;
  /** The bytes after the cursor that it was to write, too: the rest of a word, or closers. */
  rolledForward: Uint8Array;
  /** Tokens of the prompt before them. */
  promptTokens: number;
  /** How many of these the model remembered. */
  rememberedTokens: number;
  /** Tokens that went through the model: what it remembered did not. */
  modelTokens: number;
  ms: number;
  /** With `alternatives`: the text of the prompt, marks by name. */
  prompt?: string;
  /** UTF-16 of the text that was looked at. */
  seen: { before: number; after: number };
}

export interface CompletionItem {
  /** It takes the place of `replaces` UTF-16 units after the cursor, all of which it has again. */
  insert: string;
  replaces: number;
  /**
   * The end of `insert` that closes what it opens, as an editor does where it is typed; the model did not write it.
   */
  closes: string;
  /**
   * Nats: of the bytes that the model wrote of it and of the stop, if there is one, given the bytes before; null where
   * not known.
   */
  logprob: number | null;
  stopReason: StopReason;
  /** They spell the bytes handed back, the insertion, and perhaps more. */
  tokens: (Piece & { logprob: number; top: (Piece & { logprob: number })[] })[];
}
