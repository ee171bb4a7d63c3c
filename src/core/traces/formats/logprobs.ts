// Log-probabilities as servers write them, by shape: OpenAI's chat, completions and Responses, vLLM's prompt_logprobs,
// llama.cpp's, Gemini's.
import { encodeUtf8 } from '../../utf8';
import {
  isRow,
  numberOf,
  rowsOf,
  textOf,
  type RawLogprob,
  type RawLogprobs,
  type Row,
} from './rawTrace';

/** OpenAI's servers write so of tokens beyond the likeliest twenty. */
const NOT_LISTED = -9000;

/** Entries of OpenAI's chat and Responses, of what is compatible with them, and of llama.cpp. */
export function openAiLogprobs(value: unknown, source: string): RawLogprobs[] {
  const entries = rowsOf(value);
  if (entries.length === 0 || !entries.every(entry => 'token' in entry)) return [];
  const isSampled = entries.some(entry => 'prob' in entry || 'top_probs' in entry);
  const tokens = entries.map(entry => ({
    ...one(entry),
    top: rowsOf(entry.top_logprobs ?? entry.top_probs).map(one),
  }));
  return [{ source, space: isSampled ? 'sampled' : 'raw', tokens }];
}

function one(entry: Row): { bytes: Uint8Array; logprob: number } {
  return { bytes: bytesOf(entry), logprob: logprobOf(entry) };
}

function logprobOf(entry: Row): number {
  const prob = numberOf(entry.prob);
  if (prob !== undefined) return Math.log(prob);
  const logprob = numberOf(entry.logprob);
  return logprob === undefined || logprob <= NOT_LISTED ? NaN : logprob;
}

/** The bytes that are told, else those of the text, in which bytes may be escaped. */
function bytesOf({ bytes, token }: Row): Uint8Array {
  const isTold = Array.isArray(bytes) && bytes.every(byte => typeof byte === 'number');
  return isTold ? Uint8Array.from(bytes as number[]) : escapedBytes(textOf(token) ?? '');
}

/** Tokens that split a character come as `\xf0\x9f` or `bytes:\xf0\x9f` from some servers. */
export function escapedBytes(token: string): Uint8Array {
  const escaped = /^(?:bytes:)?((?:\\x[0-9a-fA-F]{2})+)$/.exec(token)?.[1];
  if (!escaped) return encodeUtf8(token);
  return Uint8Array.from(escaped.match(/[0-9a-fA-F]{2}/g)!, digits => parseInt(digits, 16));
}

/** OpenAI's older completions: lists side by side. */
export function completionLogprobs(value: unknown): RawLogprobs[] {
  if (!isRow(value) || !Array.isArray(value.tokens) || !Array.isArray(value.token_logprobs))
    return [];
  const { token_logprobs: logprobs, top_logprobs: tops } = value as Record<string, unknown[]>;
  const tokens = (value.tokens as unknown[]).map((token, i): RawLogprob => {
    const top = isRow(tops?.[i]) ? Object.entries(tops[i]) : [];
    return {
      bytes: escapedBytes(textOf(token) ?? ''),
      logprob: numberOf(logprobs?.[i]) ?? NaN,
      top: top
        .map(([text, logprob]) => ({
          bytes: escapedBytes(text),
          logprob: numberOf(logprob) ?? NaN,
        }))
        .sort((a, b) => b.logprob - a.logprob),
    };
  });
  return [{ source: 'OpenAI completions', space: 'raw', tokens }];
}

/**
 * vLLM: for each token of the prompt the likeliest and the one that is there, by id: which of them that is JSON does not
 * keep, but the prompt's text tells. None where it does not.
 */
export function promptLogprobs(value: unknown, prompt: string | undefined): RawLogprobs[] {
  if (!Array.isArray(value) || prompt === undefined) return [];
  const places = value.filter(isRow).map(entry =>
    Object.values(entry)
      .filter(isRow)
      .map(({ decoded_token: text, logprob }) => ({
        ...{ text: textOf(text) ?? '', logprob: numberOf(logprob) ?? NaN },
      })),
  );
  const written = spelling(
    places.map(place => place.map(({ text }) => text)),
    prompt,
  );
  if (!written) return [];
  const tokens = written.map((choice, i): RawLogprob => {
    const listed = places[i]!.map(({ text, logprob }) => ({ bytes: encodeUtf8(text), logprob }));
    const own = listed[choice]!;
    return { ...own, top: listed.sort((a, b) => b.logprob - a.logprob) };
  });
  const known = tokens.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const all = encodeUtf8(prompt);
  const first = { bytes: all.slice(0, all.length - known), logprob: NaN, top: [] };
  return [{ source: 'vLLM prompt_logprobs', space: 'raw', tokens: [first, ...tokens] }];
}

/** Which choice of each place spells the text together; the first place may begin inside it, behind a token without an entry. */
function spelling(places: readonly (readonly string[])[], text: string): number[] | undefined {
  const length = (place: readonly string[]) => Math.max(...place.map(each => each.length));
  const longest = places.reduce((sum, place) => sum + length(place), 0);
  for (let from = Math.max(0, text.length - longest); from < text.length; from++) {
    const found = spellingFrom(places, text, from);
    if (found) return found;
  }
  return undefined;
}

function spellingFrom(
  places: readonly (readonly string[])[],
  text: string,
  from: number,
): number[] | undefined {
  // [place]: by where it may begin, the choice before it and where that began.
  const ways = [new Map([[from, { choice: -1, before: -1 }]])];
  for (const place of places) {
    const next = new Map<number, { choice: number; before: number }>();
    for (const before of ways.at(-1)!.keys()) {
      place.forEach((token, choice) => {
        if (text.startsWith(token, before)) next.set(before + token.length, { choice, before });
      });
    }
    if (next.size === 0) return undefined;
    ways.push(next);
  }
  const choices: number[] = [];
  let way = ways.at(-1)!.get(text.length);
  for (let i = ways.length - 1; way && i > 0; i--) {
    choices.unshift(way.choice);
    way = ways[i - 1]!.get(way.before);
  }
  return way ? choices : undefined;
}

/** llama.cpp's older shape, whose probabilities are those after the sampler. */
export function llamaCppLogprobs(value: unknown): RawLogprobs[] {
  const entries = rowsOf(value);
  if (!entries.some(entry => 'probs' in entry)) {
    return openAiLogprobs(value, 'llama.cpp');
  }
  const tokens = entries.map((entry): RawLogprob => {
    const text = textOf(entry.content) ?? '';
    const top = rowsOf(entry.probs).map(({ tok_str, prob }) => ({
      text: textOf(tok_str) ?? '',
      bytes: encodeUtf8(textOf(tok_str) ?? ''),
      logprob: Math.log(numberOf(prob) ?? NaN),
    }));
    const own = top.find(other => other.text === text);
    return { bytes: encodeUtf8(text), logprob: own?.logprob ?? NaN, top };
  });
  return [{ source: 'llama.cpp', space: 'sampled', tokens }];
}

export function geminiLogprobs(value: unknown): RawLogprobs[] {
  if (!isRow(value)) return [];
  const tops = rowsOf(value.topCandidates);
  const read = ({ token, logProbability }: Row) => ({
    bytes: encodeUtf8(textOf(token) ?? ''),
    logprob: numberOf(logProbability) ?? NaN,
  });
  const tokens = rowsOf(value.chosenCandidates).map((chosen, i): RawLogprob => ({
    ...read(chosen),
    top: rowsOf(tops[i]?.candidates).map(read),
  }));
  return tokens.length > 0 ? [{ source: 'Gemini', space: 'raw', tokens }] : [];
}
