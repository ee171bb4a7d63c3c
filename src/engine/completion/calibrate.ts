// Measures with which form of prompt the open model predicts the code of given texts best.
import {
  rankPromptForms,
  cutsIn,
  type CalibrationRow,
  type CompletionCut,
  type MeasuredForm,
} from '../../core/completion/calibration';
import {
  placeIn,
  promptOf,
  type Rollback,
  type PromptForm,
  type PromptMode,
} from '../../core/completion/prompt';
import { seededRandom } from '../../core/random';
import { textLogprob } from '../../core/completion/textLogprob';
import { byteStringOf } from '../../core/exactBytes/byteString';
import { NATS_PER_BIT } from '../../core/lenses/scores';
import { encodeUtf8 } from '../../core/text/utf8';
import { Cancelled, UserError } from '../../core/errors';
import type { CalibrationView } from '../../protocol/completion';
import type { Model } from '../models/model';
import { roomOf, withoutReturns } from './completer';

/** Room that is left for a middle, in tokens. */
const MIDDLE_TOKENS = 96;

const ROLLBACKS: readonly Rollback[] = ['none', 'boundary', 'line'];
const SUFFIX_FROMS = ['cursor', 'boundary'] as const;

/**
 * Of the lines as completions show them, without CR before LF. `onProgress` is called after each cut. Throws `InexactError`,
 * `UserError`, and `Cancelled` when aborted.
 */
export async function calibrate(
  model: Model,
  files: readonly string[],
  count: number,
  contextTokens: number,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<CalibrationView> {
  const texts = files.map(withoutReturns);
  const cuts = cutsIn(texts, count, seededRandom(7));
  if (cuts.length < Math.min(10, count)) {
    throw new UserError(
      `Too little code to calibrate with: ${cuts.length} of ${count} places found. Open a folder with more code.`,
    );
  }
  const wordCuts = model.fim ? cutsIn(texts, count, seededRandom(9), true) : [];
  const total = cuts.length + wordCuts.length;
  let done = 0;
  const measure = async (
    forms: readonly PromptForm[],
    cuts: readonly CompletionCut[],
    withEnd: boolean,
  ): Promise<CalibrationRow[]> => {
    const all: (MeasuredForm & { bits: number[]; ms: number })[] = forms.map(form => ({
      ...form,
      bits: [],
      ms: 0,
    }));
    for (const cut of cuts) {
      for (const form of all) {
        if (signal.aborted) throw new Cancelled();
        const began = performance.now();
        form.bits.push(await bitsOfMiddle(model, cut, form, contextTokens, withEnd, signal));
        form.ms += (performance.now() - began) / cuts.length;
      }
      onProgress(++done, total);
    }
    const bytes = cuts.map(({ middle }) => encodeUtf8(middle).length);
    return rankPromptForms(all, bytes, seededRandom(8));
  };
  const rows = await measure(formsOf(model), cuts, false);
  const { mode, rollback } = rows[0]!;
  // Only this choice depends on where a middle ends, which a model without FIM does not mark.
  const inWords =
    mode === 'none' || wordCuts.length === 0
      ? []
      : await measure(
          SUFFIX_FROMS.map(suffixFrom => ({ mode, rollback, suffixFrom })),
          wordCuts,
          true,
        );
  const suffixFrom = inWords[0]?.suffixFrom ?? 'cursor';
  const chosen = { mode, rollback, suffixFrom };
  return { rows, inWords, cuts: cuts.length, chosen, model: model.info.name };
}

/**
 * Bits of the true middle, over all its tokenizations and whatever follows it. `withEnd` adds the bits of its end: the
 * rest of the prompt's suffix (`close`), then an end token. This is an upper bound, as other ways to end are not
 * counted. Throws `InexactError`, `UserError`, and `Cancelled` when aborted.
 */
export async function bitsOfMiddle(
  model: Model,
  { text, at, middle }: CompletionCut,
  form: PromptForm,
  contextTokens: number,
  withEnd = false,
  signal?: AbortSignal,
): Promise<number> {
  const { tokenizer, fim } = model;
  const rest = text.slice(0, at) + text.slice(at + middle.length);
  const room = roomOf(model, { contextTokens, maxTokens: MIDDLE_TOKENS });
  const place = placeIn(rest, at, tokenizer, room);
  const { root, open, close, begins } = promptOf(tokenizer, fim, form, place);
  const asked = model.asTokenModel(signal, { root, ends: fim?.ends ?? [] });
  const wanted = byteStringOf(encodeUtf8(middle)) + (withEnd ? close : '');
  const { bytes, next } = await textLogprob(model.byteRules, asked, open, wanted, begins);
  return -(bytes + (withEnd ? next.end : 0)) / NATS_PER_BIT;
}

function formsOf({ fim }: Model): PromptForm[] {
  const suffixFrom = 'cursor';
  const forms: PromptForm[] = [{ mode: 'none', rollback: 'none', suffixFrom }];
  for (const [mode, template] of Object.entries(fim?.templates ?? {})) {
    const rollbacks = template.at(-1) === 'prefix' ? ROLLBACKS.slice(0, 1) : ROLLBACKS;
    for (const rollback of rollbacks)
      forms.push({ mode: mode as PromptMode, rollback, suffixFrom });
  }
  return forms;
}
