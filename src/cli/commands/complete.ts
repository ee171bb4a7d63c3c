// `tokenscope complete`: what may be inserted at a place in a file.
import { healings, type Healing } from '../../core/completion/healingStarts';
import type { PromptMode } from '../../core/completion/prompt';
import { displayToken } from '../../core/displayToken';
import { encodeUtf8 } from '../../core/text/utf8';
import { UserError } from '../../core/errors';
import type { CompletionItem, CompletionOptions, CompletionView } from '../../protocol/completion';
import { completeAt } from '../../engine/completion/completer';
import type { Model } from '../../engine/models/model';
import { usesColour } from '../colouredText';

const MODES = ['auto', 'psm', 'spm', 'none'] as const;

export interface CompleteRequest {
  text: string;
  /** UTF-16. */
  at: number;
  options: CompletionOptions;
}

/** Throws `UserError`. */
export function parseCompleteOptions(
  text: string,
  values: Record<string, string | boolean | undefined>,
): CompleteRequest {
  const { at, healing = 'exact', fim = 'auto' } = values;
  if (typeof at !== 'string') {
    throw new UserError('`complete` needs --at BYTE, an offset in the file.');
  }
  if (!(healings as readonly unknown[]).includes(healing)) {
    throw new UserError(`--healing takes ${healings.join(', ')}, not "${String(healing)}".`);
  }
  if (!(MODES as readonly unknown[]).includes(fim)) {
    throw new UserError(`--fim takes ${MODES.join(', ')}, not "${String(fim)}".`);
  }
  const number = (name: string, fallback: number, min: number, max: number, isWhole = true) => {
    const given = values[name];
    const value = given === undefined ? fallback : Number(given);
    if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value;
    const kind = isWhole ? 'a whole number' : 'a number';
    throw new UserError(`--${name} takes ${kind} from ${min} to ${max}, not "${String(given)}".`);
  };
  const bytes = encodeUtf8(text);
  return {
    text,
    at: utf16At(bytes, number('at', 0, 0, bytes.length)),
    options: {
      healings: [healing as Healing],
      mode: fim as PromptMode | 'auto',
      rollback: 'auto',
      suffixFrom: 'auto',
      contextTokens: number('context', 2048, 1, 1 << 20),
      maxTokens: number('tokens', 48, 1, 1000),
      maxTimeMs: Infinity,
      singleLine: values.lines !== true,
      minProbability: number('min-probability', 0, 0, 1, false),
      candidates: number('candidates', 1, 1, 20),
      temperature: number('temperature', 0, 0, 10, false),
      topP: number('top-p', 1, 0.001, 1, false),
      seed: number('seed', 1, 0, 2 ** 31),
      language: '',
      except: [],
      drafts: true,
      alternatives: 0,
      logprobs: true,
    },
  };
}

/** Throws `UserError` inside a character. */
function utf16At(bytes: Uint8Array, at: number): number {
  const isInside = (place: number) => ((bytes[place] ?? 0) & 0xc0) === 0x80;
  if (isInside(at)) {
    let [before, after] = [at, at];
    while (isInside(before)) before--;
    while (isInside(after)) after++;
    throw new UserError(
      `--at ${at} is inside a character: nothing can be inserted there. Try ${before} or ${after}.`,
    );
  }
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, at)).length;
}

/** The lines to print. */
export async function runComplete(
  model: Model,
  { text, at, options }: CompleteRequest,
  json: boolean,
): Promise<Iterable<string>> {
  const view = await completeAt(model, text, at, options, new AbortController().signal);
  if (json) return view.items.map(item => `${JSON.stringify(lineOf(view, item))}\n`);
  return pretty(text, at, view);
}

function lineOf(view: CompletionView, { insert, logprob, stopReason, tokens }: CompletionItem) {
  return {
    insert,
    logprob,
    fim: view.mode,
    handedBack: view.rolledBack.length,
    stopReason,
    tokens: tokens.map(({ id, bytes, logprob }) => ({
      ...{ id, bytes: Buffer.from(bytes).toString('hex'), logprob },
    })),
    modelTokens: view.modelTokens,
    ms: Math.round(view.ms),
  };
}

function* pretty(text: string, at: number, view: CompletionView): Generator<string> {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  const [rest = ''] = text.slice(at).split('\n', 1);
  for (const { insert, logprob, stopReason, tokens } of view.items) {
    yield `${dim(line)}${printable(insert)}${dim(rest)}\n\n`;
    yield `  ${tokens.map(({ bytes, logprob }) => `${displayToken(bytes)} ${percent(logprob)}`).join('  ')}\n`;
    const together = logprob === null ? 'not known exactly' : percent(logprob);
    yield `  together ${together}, stopped by: ${stopReason}\n\n`;
  }
  const { mode, healing, rolledBack: handedBack, modelTokens, ms } = view;
  const seen =
    mode === 'none'
      ? 'the model does not see the text behind'
      : `the model sees both sides (${mode})`;
  yield `healing ${healing}, ${handedBack.length} bytes handed back; ${seen}; `;
  yield `${modelTokens} tokens through the model, ${ms.toFixed(0)} ms\n`;
}

function dim(text: string): string {
  return usesColour() ? `\x1b[2m${printable(text)}\x1b[0m` : printable(text);
}

/** What a terminal would obey is spelled. */
function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]+/gu, controls => displayToken(encodeUtf8(controls)));
}

function percent(logprob: number): string {
  return `${(100 * Math.exp(logprob)).toPrecision(3)} %`;
}
