// A completion at an offset of a text with the open model: the prompt, the healing starts, and what the model writes.
import { byteStringOf, bytesOf } from '../../core/exactBytes/byteString';
import { Balance } from '../../core/completion/balance';
import { Cancelled, InexactError } from '../../core/errors';
import {
  commonStarts,
  exactStarts,
  type HealingStarts,
  type Healing,
} from '../../core/completion/healingStarts';
import type { ChoiceSampling } from '../../core/completion/tokenChoice';
import { completeAtCursor } from '../../core/completion/complete';
import type { FimFormat } from '../../core/completion/fimFormat';
import { TrunkRows } from '../../core/completion/trunkRows';
import {
  placeIn,
  promptOf,
  type Rollback,
  type Prompt,
  type PromptMode,
  type SuffixFrom,
} from '../../core/completion/prompt';
import { seededRandom } from '../../core/random';
import { encodeUtf8 } from '../../core/text/utf8';
import type { CompletionItem, CompletionOptions, CompletionView } from '../../protocol/completion';
import type { Model } from '../models/model';
import { TREE_TOKENS } from '../scoring/byteScores';
import { itemOf, logprobOf, textOf } from './completionItem';
import { draftingAfter } from './drafting';

/** Room for the marks of a FIM prompt, in tokens. */
const MARKS = 8;

/**
 * Completes `text` at UTF-16 offset `at`; `onText` is called with what is written so far. Lines that end with CR and LF
 * are shown to the model with LF alone, as most code that it learnt from, and the insertion has them again. Throws
 * `InexactError` if no healing of the list is available, `UserError`, and `Cancelled` when aborted.
 */
export async function completeAt(
  model: Model,
  text: string,
  at: number,
  options: CompletionOptions,
  signal: AbortSignal,
  onText?: (insert: string) => void,
): Promise<CompletionView> {
  if (!text.includes('\r\n')) return completeLines(model, text, at, options, signal, onText);
  const withReturns = (insert: string) => insert.replaceAll('\n', '\r\n');
  const before = withoutReturns(text.slice(0, at));
  const lines = before + withoutReturns(text.slice(at));
  const own = onText && ((insert: string) => onText(withReturns(insert)));
  const view = await completeLines(model, lines, before.length, options, signal, own);
  const items = view.items.map(item => ({
    ...item,
    insert: withReturns(item.insert),
    closes: withReturns(item.closes),
  }));
  return { ...view, items };
}

export function withoutReturns(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

async function completeLines(
  model: Model,
  text: string,
  at: number,
  options: CompletionOptions,
  signal: AbortSignal,
  onText?: (insert: string) => void,
): Promise<CompletionView> {
  const began = performance.now();
  const { tokenizer, fim } = model;
  const mode = modeOf(fim, options.mode);
  const balance = new Balance(text, at, options.language);
  const place = {
    ...placeIn(text, at, tokenizer, roomOf(model, options)),
    closers: balance.closers,
  };
  const form = {
    mode,
    rollback: rollbackOf(options.rollback),
    suffixFrom: suffixFromOf(options.suffixFrom),
  };
  const prompt = promptOf(tokenizer, fim, form, place);
  const close = textOf(prompt.close);
  const { starts, healing, inexact } = chooseStarts(model, prompt, options.healings);
  let modelTokens = 0;
  let rememberedTokens: number | undefined;
  const asked = model.asTokenModel(signal, {
    root: prompt.root,
    ends: fim?.ends ?? [],
    onRan: (tokens, all) => {
      modelTokens += tokens;
      rememberedTokens ??= all - tokens;
    },
  });
  const seen = [...prompt.root, ...starts.trunk];
  const drafting = options.drafts ? draftingAfter(model, seen) : undefined;
  const chooser = { tokens: model.textTokens, ends: asked.ends };
  const completions = await completeAtCursor(
    chooser,
    new TrunkRows(asked, starts.trunk, drafting?.learn),
    starts,
    options.candidates,
    {
      maxTokens: options.maxTokens,
      singleLine: options.singleLine,
      suffix: byteStringOf(encodeUtf8(text.slice(at, at + SUFFIX_UNITS))),
      close: prompt.close,
      word: byteStringOf(encodeUtf8(restOfWordAt(text, at))),
      isIndented: isIndented(text, at),
      missingAfter: (middle, hasClose) => balance.missingAfter(middle, hasClose ? close.length : 0),
      seesSuffix: prompt.mode !== 'none',
      least: Math.log(options.minProbability),
      sampling: samplingOf(options),
      draft: drafting && (() => drafting.draft()),
      isLate: () => {
        // A token that was drafted right takes no request that would notice it.
        if (signal.aborted) throw new Cancelled();
        return performance.now() - began > options.maxTimeMs;
      },
      ...(onText ? { onText: insert => onText(textOf(insert)) } : {}),
    },
  );
  const ms = performance.now() - began;
  const spent = modelTokens;
  const items: CompletionItem[] = [];
  for (const completion of completions) {
    const logprob = options.logprobs ? await logprobOf(model, asked, prompt, completion) : null;
    items.push(itemOf(model, completion, close, logprob, options.alternatives));
  }
  return {
    items,
    mode: prompt.mode,
    format: prompt.mode === 'none' ? '' : (fim?.source ?? ''),
    healing,
    inexact,
    // Without the bytes that the tokenizer puts before a text.
    rolledBack: bytesOf(starts.rolledBack.slice(-prompt.open.length || Infinity)),
    rolledForward: bytesOf(prompt.close),
    promptTokens: prompt.root.length + starts.trunk.length,
    rememberedTokens: Math.min(rememberedTokens ?? 0, prompt.root.length + starts.trunk.length),
    modelTokens: spent,
    ms,
    seen: { before: place.prefix.length, after: prompt.mode === 'none' ? 0 : place.suffix.length },
    ...(options.alternatives > 0 ? { prompt: promptText(model, prompt, starts) } : {}),
  };
}

/** UTF-16 units before the cursor in which the line before it begins, or else it is taken to have no indentation. */
const INDENT_UNITS = 2000;
/** UTF-16 units of the suffix, more than any completion repeats. */
const SUFFIX_UNITS = 2000;

export function modeOf(fim: FimFormat | undefined, wanted: PromptMode | 'auto'): PromptMode {
  if (wanted === 'none' || !fim) return 'none';
  if (wanted !== 'auto') return fim.templates[wanted] ? wanted : 'none';
  return fim.preferred;
}

/** A line: even the built-in model, trained on texts split anywhere, predicts far better from the start of a line. */
export function rollbackOf(wanted: Rollback | 'auto'): Rollback {
  return wanted === 'auto' ? 'line' : wanted;
}

/**
 * After the rest of a word: where a part of a word is missing, 73 % of the suggestions of the built-in model are that part, and
 * 29 % where it sees the rest.
 */
function suffixFromOf(wanted: SuffixFrom | 'auto'): SuffixFrom {
  return wanted === 'auto' ? 'boundary' : wanted;
}

/** The rest of the word that the cursor is in; empty between words. */
function restOfWordAt(text: string, at: number): string {
  const isInside = /[\p{L}\p{N}_]$/u.test(text.slice(Math.max(0, at - 2), at));
  return isInside ? /^[\p{L}\p{N}_]*/u.exec(text.slice(at, at + SUFFIX_UNITS))![0] : '';
}

/** Whether the cursor is after an indentation deeper than the one of the line before, as an editor makes it at Enter. */
function isIndented(text: string, at: number): boolean {
  const [line, before = ''] = text
    .slice(Math.max(0, at - INDENT_UNITS), at)
    .split('\n')
    .reverse();
  return /^[ \t]+$/.test(line!) && line!.length > /^[ \t]*/.exec(before)![0].length;
}

/** Tokens for the texts around the cursor, 16 at least. */
export function roomOf(
  model: Model,
  { contextTokens, maxTokens }: Pick<CompletionOptions, 'contextTokens' | 'maxTokens'>,
): number {
  const most = Math.min(model.info.contextTokens, contextTokens);
  return Math.max(16, most - maxTokens - TREE_TOKENS - MARKS);
}

/** With the first healing that is available; `inexact` says why an earlier one is not. Throws `InexactError`. */
function chooseStarts(
  model: Model,
  { open, begins }: Prompt,
  healings: readonly Healing[],
): { starts: HealingStarts; healing: Healing; inexact: string } {
  let inexact: InexactError | undefined;
  for (const healing of healings) {
    try {
      const starts =
        healing === 'exact'
          ? exactStarts(model.byteRules, open, begins)
          : commonStarts(model.tokenizer, model.textTokens, open, healing, begins);
      return { starts, healing, inexact: inexact?.message ?? '' };
    } catch (error) {
      if (!(error instanceof InexactError)) throw error;
      inexact = error;
    }
  }
  throw inexact ?? new Error('no healing is named');
}

function samplingOf({ temperature, topP, seed }: CompletionOptions): ChoiceSampling | undefined {
  return temperature > 0 ? { temperature, topP, random: seededRandom(seed) } : undefined;
}

/** The prompt without the bytes that the completion writes again. */
function promptText(
  { tokenizer }: Model,
  { root, open }: Prompt,
  { rolledBack }: HealingStarts,
): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const bytes = root.flatMap(id => [...tokenizer.bytesOf(id)]);
  const settled = bytesOf(open.slice(0, Math.max(0, open.length - rolledBack.length)));
  return decoder.decode(Uint8Array.from([...bytes, ...settled]));
}
