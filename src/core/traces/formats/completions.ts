// Answers of OpenAI's older completions and of compatible servers, and the prompts whose tokens vLLM lists with them.
import { asNumber, asObjects, asString, definedFields, isObject } from '../../json';
import { completionLogprobs, promptLogprobs, textBy } from './logprobs';
import {
  textPart,
  type Format,
  type RawLogprobs,
  type RawPart,
  type RawTrace,
  type TraceRow,
} from './rawTrace';

const UNKNOWN_PROMPT =
  'vLLM prompt_logprobs: they do not say which tokens the prompt has. Save the prompt as well, or set return_token_ids in the request.';

export const completion: Format = {
  name: 'OpenAI completion',
  seen: 'from its documentation',
  read(row) {
    const choices = asObjects(row.choices);
    if (choices.length === 0 || !choices.some(({ text }) => typeof text === 'string')) {
      return undefined;
    }
    const prompts = promptsOf(row, choices);
    const each = choices.length / prompts.length;
    const used = isObject(row.usage) ? asNumber(row.usage.completion_tokens) : undefined;
    // Servers write a token even where a prompt is only to be read.
    const isOnlyRead = used !== undefined && used <= choices.length;
    const answers = choices.flatMap((choice, i): RawTrace[] => {
      const { question, logprobs: read } = prompts[Math.floor(i / each)]!;
      const parts = textPart('answer', choice, 'text', ['choices', i]);
      if (read.length > 0 && (isOnlyRead || parts.length === 0)) return [];
      const isUnknown = read.length === 0 && asObjects(choice.prompt_logprobs).length > 0;
      return [
        {
          ...(choices.length > 1 && { id: `choice ${i + 1}` }),
          ...definedFields({ question }),
          parts,
          logprobs: completionLogprobs(choice.logprobs),
          ...(isUnknown && { refused: [UNKNOWN_PROMPT] }),
        },
      ];
    });
    return [...promptTraces(prompts), ...answers];
  },
};

interface Prompt {
  readonly question: string | undefined;
  /** Empty if the request was not saved beside the answer. */
  readonly parts: readonly RawPart[];
  /** Empty if the file has none, or does not say which tokens the prompt has. */
  readonly logprobs: readonly RawLogprobs[];
}

/**
 * Each has as many choices as the others, in the order of the choices. Without the request, each choice may have a prompt
 * of its own.
 */
function promptsOf(row: TraceRow, choices: readonly TraceRow[]): Prompt[] {
  const { prompt } = row;
  const listed: unknown[] = Array.isArray(prompt) ? prompt : [prompt];
  const isKnown =
    listed.every(text => typeof text === 'string') && choices.length % listed.length === 0;
  const asked = isKnown ? listed : choices.map(() => undefined);
  const each = choices.length / asked.length;
  return asked.map((text, i) => {
    const question = asString(text);
    const logprobs = promptLogprobsOf(choices.slice(i * each, (i + 1) * each), question);
    const parts =
      prompt === text
        ? textPart('answer', row, 'prompt')
        : textPart('answer', asked, i, ['prompt']);
    return { question, parts, logprobs };
  });
}

/** Choices of one prompt repeat it, so those of the first that has some are those of all. */
function promptLogprobsOf(choices: readonly TraceRow[], prompt: string | undefined): RawLogprobs[] {
  for (const { prompt_logprobs: listed, prompt_token_ids: ids } of choices) {
    const read = promptLogprobs(listed, prompt, ids);
    if (read.length > 0) return read;
  }
  return [];
}

/** Of the prompts whose tokens are known, each text once. */
function promptTraces(prompts: readonly Prompt[]): RawTrace[] {
  const byText = new Map<string, RawTrace>();
  for (const { parts: own, logprobs } of prompts) {
    if (logprobs.length === 0) continue;
    // Without the request, the prompt is what its tokens spell.
    const text = own[0]?.text ?? textBy(logprobs[0]!);
    const parts = own.length > 0 ? own : [{ kind: 'answer' as const, text }];
    if (!byText.has(text)) byText.set(text, { parts, logprobs });
  }
  const isOne = byText.size === 1;
  return [...byText.values()].map((trace, i): RawTrace => {
    return { id: isOne ? 'prompt' : `prompt ${i + 1}`, ...trace };
  });
}
