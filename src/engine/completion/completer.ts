// A completion at a place in a text, with the opened model: the prompt, the beginnings, and what the model writes.
import { byteStringOf, bytesOf, type ByteString } from '../../core/exactBytes/byteString';
import { InexactError } from '../../core/errors';
import {
  commonStarts,
  exactStarts,
  type HealingStarts,
  type Healing,
} from '../../core/completion/healingStarts';
import type { ChoiceSampling } from '../../core/completion/tokenChoice';
import { complete, type CompletedToken, type Completion } from '../../core/completion/complete';
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
import { lineLogprob, textLogprob } from '../../core/completion/textLogprob';
import type { Row, TokenModel } from '../../core/exactBytes/tokenModel';
import { encodeUtf8 } from '../../core/text/utf8';
import type { CompletionItem, CompletionOptions, CompletionView } from '../../protocol/completion';
import type { Model } from '../models/model';
import { TREE_TOKENS } from '../scoring/byteScores';

/** Tokens that marks around the texts may take. */
const MARKS = 8;

/** Throws `InexactError` where no healing of the list can be had, `UserError`, and `Cancelled` when aborted. */
export async function completeAt(
  model: Model,
  text: string,
  at: number,
  options: CompletionOptions,
  signal: AbortSignal,
  tell?: (insert: string) => void,
): Promise<CompletionView> {
  const began = performance.now();
  const { tokenizer, fim } = model;
  const mode = modeOf(fim, options.mode);
  const place = placeIn(text, at, tokenizer, roomOf(model, options));
  const form = {
    mode,
    rollback: rollbackOf(options.rollback),
    suffixFrom: suffixFromOf(options.suffixFrom),
  };
  const prompt = promptOf(tokenizer, fim, form, place);
  const { beginnings, healing, inexact } = chooseStarts(model, prompt, options.healings);
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
  const chooser = { tokens: model.textTokens, ends: asked.ends };
  const completions = await complete(
    chooser,
    new TrunkRows(asked, beginnings.trunk),
    beginnings,
    options.candidates,
    {
      maxTokens: options.maxTokens,
      singleLine: options.singleLine,
      suffix: byteStringOf(encodeUtf8(text.slice(at, at + SUFFIX_UNITS))),
      close: prompt.close,
      seesSuffix: prompt.mode !== 'none',
      least: Math.log(options.minProbability),
      sampling: samplingOf(options),
      draftFrom: options.drafts ? [...prompt.root, ...beginnings.trunk] : undefined,
      isLate: () => performance.now() - began > options.maxTimeMs,
      ...(tell ? { onText: insert => tell(textOf(insert)) } : {}),
    },
  );
  const ms = performance.now() - began;
  const spent = modelTokens;
  const items: CompletionItem[] = [];
  for (const completion of completions) {
    const logprob = options.logprobs ? await logprobOf(model, asked, prompt, completion) : null;
    items.push(itemOf(model, completion, logprob, options.alternatives));
  }
  return {
    items,
    mode: prompt.mode,
    format: prompt.mode === 'none' ? '' : (fim?.source ?? ''),
    healing,
    inexact,
    // What the tokenizer puts before a text is not the text's.
    rolledBack: bytesOf(beginnings.rolledBack.slice(-prompt.open.length || Infinity)),
    rolledForward: bytesOf(prompt.close),
    promptTokens: prompt.root.length + beginnings.trunk.length,
    rememberedTokens: Math.min(rememberedTokens ?? 0, prompt.root.length + beginnings.trunk.length),
    modelTokens: spent,
    ms,
    seen: { before: place.prefix.length, after: prompt.mode === 'none' ? 0 : place.suffix.length },
    ...(options.alternatives > 0 ? { prompt: promptText(model, prompt, beginnings) } : {}),
  };
}

/** More of the suffix than any completion repeats. */
const SUFFIX_UNITS = 2000;

export function modeOf(fim: FimFormat | undefined, wanted: PromptMode | 'auto'): PromptMode {
  if (wanted === 'none' || !fim) return 'none';
  if (wanted !== 'auto') return fim.templates[wanted] ? wanted : 'none';
  return fim.preferred;
}

/** A line: the built-in model, which was taught with texts cut anywhere, knows that much better than a cut place. */
export function rollbackOf(wanted: Rollback | 'auto'): Rollback {
  return wanted === 'auto' ? 'line' : wanted;
}

/** Where texts were cut anywhere in training, as the built-in model's were, a word's rest is known for what it is. */
function suffixFromOf(wanted: SuffixFrom | 'auto'): SuffixFrom {
  return wanted === 'auto' ? 'cursor' : wanted;
}

/** Tokens for the texts around the cursor. Throws `UserError` where there are none. */
export function roomOf(
  model: Model,
  { contextTokens, maxTokens }: Pick<CompletionOptions, 'contextTokens' | 'maxTokens'>,
): number {
  const most = Math.min(model.info.contextTokens, contextTokens);
  return Math.max(16, most - maxTokens - TREE_TOKENS - MARKS);
}

/** The first healing that can be had. */
function chooseStarts(
  model: Model,
  { open, begins }: Prompt,
  healings: readonly Healing[],
): { beginnings: HealingStarts; healing: Healing; inexact: string } {
  let inexact: InexactError | undefined;
  for (const healing of healings) {
    try {
      const beginnings =
        healing === 'exact'
          ? exactStarts(model.byteRules, open, begins)
          : commonStarts(model.tokenizer, model.textTokens, open, healing);
      return { beginnings, healing, inexact: inexact?.message ?? '' };
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

/** Null where exactness cannot be had. */
async function logprobOf(
  model: Model,
  asked: TokenModel,
  { mode, open, close, begins }: Prompt,
  { insert, stopReason }: Completion,
): Promise<number | null> {
  try {
    const isEnded = stopReason === 'end' || (stopReason === 'join' && mode !== 'none');
    const written = isEnded ? insert + close : insert;
    const found = await textLogprob(model.byteRules, asked, open, written, begins);
    if (isEnded) return found.bytes + found.next.end;
    return stopReason === 'line' ? lineLogprob(found) : found.bytes;
  } catch (error) {
    if (error instanceof InexactError) return null;
    throw error;
  }
}

function itemOf(
  model: Model,
  { insert, stopReason, tokens }: Completion,
  logprob: number | null,
  alternatives: number,
): CompletionItem {
  const piece = (id: number) => ({ id, bytes: model.tokenizer.bytesOf(id).slice() });
  const listed = ({ id, logprob, row }: CompletedToken) => ({
    ...piece(id),
    logprob,
    top: likeliestOf(row, alternatives).map(id => ({ ...piece(id), logprob: row[id]! })),
  });
  return { insert: textOf(insert), logprob, stopReason, tokens: tokens.map(listed) };
}

function likeliestOf(row: Row, count: number): number[] {
  const best: number[] = [];
  for (let id = 0; id < row.length && count > 0; id++) {
    if (best.length === count && !(row[id]! > row[best.at(-1)!]!)) continue;
    const at = best.findIndex(other => row[other]! < row[id]!);
    best.splice(at < 0 ? best.length : at, 0, id);
    if (best.length > count) best.pop();
  }
  return best;
}

function promptText(
  { tokenizer }: Model,
  { root, open }: Prompt,
  { rolledBack: handed }: HealingStarts,
): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const bytes = root.flatMap(id => [...tokenizer.bytesOf(id)]);
  const settled = bytesOf(open.slice(0, open.length - handed.length));
  return decoder.decode(Uint8Array.from([...bytes, ...settled]));
}

function textOf(bytes: ByteString): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytesOf(bytes));
}
