// `tokenscope complete`: what may be inserted at a place in a file.
import { healings } from '../../core/completion/healingStarts';
import { languageOfPath } from '../../core/completion/delimiters';
import { displayToken } from '../../core/displayToken';
import { formatPercent } from '../../core/format';
import { encodeUtf8 } from '../../core/text/utf8';
import { InexactError, UserError } from '../../core/errors';
import type { CompletionItem, CompletionOptions, CompletionView } from '../../protocol/completion';
import { completeAt } from '../../engine/completion/completer';
import { defineCommand } from '../command';
import { modelFolder, withModel } from '../engine';
import { readText } from '../input';
import { interruptible } from '../interrupt';
import { choice, flag, number, wholeNumber, type Values } from '../options';
import { withProgress, type ProgressWords } from '../progressLine';
import { tokenizer } from '../servers';
import * as shared from '../sharedOptions';
import { usesColour, writeError, type Piece } from '../terminal';

const options = {
  at: shared.at,
  model: shared.model,
  tokenizer,
  healing: choice(healings, {
    default: 'exact',
    description: 'how to start inside a token; without exact healing, one token is healed',
  }),
  fim: choice(['auto', 'psm', 'spm', 'none'], {
    default: 'auto',
    description:
      'prompt format: prefix first, suffix first, or no suffix; auto: as the model was trained',
  }),
  tokens: wholeNumber({
    valueName: 'N',
    min: 1,
    max: 1000,
    default: 48,
    description: 'maximum length of a completion, in tokens',
  }),
  lines: flag('allow several lines'),
  'min-probability': number({
    valueName: 'P',
    min: 0,
    max: 1,
    default: 0,
    description: 'stop before the total probability drops below this value',
  }),
  candidates: wholeNumber({
    valueName: 'N',
    min: 1,
    max: 20,
    default: 1,
    description: 'number of completions',
  }),
  temperature: number({
    valueName: 'T',
    min: 0,
    max: 10,
    default: 0,
    description: 'sampling temperature; 0 always takes the most likely token',
  }),
  'top-p': shared.topP,
  seed: shared.seed,
  context: shared.context,
  json: shared.json,
};

const completing: ProgressWords = { doing: 'completing', of: () => '' };

export const complete = defineCommand({
  name: 'complete',
  summary: 'completions of the text at a byte offset',
  usage: 'FILE',
  options,
  async run({ operands: [file = ''], values, given, print }) {
    const text = await readText(file);
    const bytes = encodeUtf8(text);
    shared.checkOffset(values.at, bytes.length);
    refuseUnusedSampling(values.temperature, given);
    const at = utf16At(bytes, values.at);
    await withModel(modelFolder(values.model, values.tokenizer), values.context, async model => {
      const asked = completionOptions(values, given, languageOfPath(file));
      const view = await interruptible(signal =>
        withProgress(completing, () => completeAt(model, text, at, asked, signal)),
      ).catch((error: Error) => {
        throw error instanceof InexactError ? withOption(error) : error;
      });
      if (view.inexact)
        writeError(
          `Healing one token (--healing one-token): ${lowerFirst(view.inexact)}. Use --healing exact to refuse instead.`,
        );
      if (values.json)
        await print(view.items.map(item => `${JSON.stringify(lineOf(text, at, view, item))}\n`));
      else await print(pretty(text, at, view));
    });
  },
});

/** The reason with the option that helps. */
function withOption({ message }: InexactError): InexactError {
  return new InexactError(
    `${message.replace(/\.$/, '')}: try --healing one-token, which needs no exact bytes.`,
  );
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '');
}

function completionOptions(
  values: Values<typeof options>,
  given: ReadonlySet<string>,
  language: string,
): CompletionOptions {
  return {
    healings: given.has('healing') ? [values.healing] : ['exact', 'one-token'],
    mode: values.fim,
    rollback: 'auto',
    suffixFrom: 'auto',
    contextTokens: values.context,
    maxTokens: values.tokens,
    maxTimeMs: Infinity,
    singleLine: !values.lines,
    minProbability: values['min-probability'],
    candidates: values.candidates,
    temperature: values.temperature,
    topP: values['top-p'],
    seed: values.seed,
    language,
    except: [],
    drafts: true,
    alternatives: 0,
    logprobs: true,
  };
}

/** Throws `UserError`: without a temperature nothing is drawn. */
function refuseUnusedSampling(temperature: number, given: ReadonlySet<string>): void {
  const unused = ['seed', 'top-p'].find(name => given.has(name));
  if (temperature > 0 || unused === undefined) return;
  throw new UserError(
    `\`complete\` takes --${unused} only with --temperature above 0; without it nothing is sampled.`,
  );
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

function lineOf(text: string, at: number, view: CompletionView, item: CompletionItem) {
  const { insert, replaces, closes, logprob, stopReason, tokens } = item;
  return {
    insert,
    replaces: encodeUtf8(text.slice(at, at + replaces)).length,
    closes,
    logprob,
    fim: view.mode,
    handedBack: view.rolledBack.length,
    stopReason,
    tokens: tokens.map(({ id, bytes, logprob }) => ({
      id,
      bytes: Buffer.from(bytes).toString('hex'),
      logprob,
    })),
    modelTokens: view.modelTokens,
    ms: Math.round(view.ms),
  };
}

function* pretty(text: string, at: number, view: CompletionView): Generator<Piece> {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  for (const { insert, replaces, logprob, stopReason, tokens } of view.items) {
    const [rest = ''] = text.slice(at + replaces).split('\n', 1);
    yield* [dim(line), insert, dim(rest), '\n\n'];
    yield `  ${tokens.map(({ bytes, logprob }) => `${displayToken(bytes)} ${formatPercent(logprob)}`).join('  ')}\n`;
    const together = logprob === null ? 'not known exactly' : formatPercent(logprob);
    yield `  together ${together}, stopped by: ${stopReason}\n\n`;
  }
  const { mode, healing, rolledBack, modelTokens, ms } = view;
  const seen =
    mode === 'none'
      ? 'uses only the text before the cursor'
      : `uses the text on both sides (${mode})`;
  yield `healing ${healing}, ${rolledBack.length} bytes rolled back; ${seen}; `;
  yield `${modelTokens} tokens through the model, ${ms.toFixed(0)} ms\n`;
}

function dim(text: string): Piece {
  return { text, style: usesColour() ? '2' : '' };
}
