// Log-probabilities in the formats of servers, by shape: OpenAI's chat, completions and Responses, vLLM's
// prompt_logprobs, llama.cpp's, Gemini's.
import { concatBytes } from '../../bytes';
import { encodeUtf8 } from '../../text/utf8';
import { isObject, asNumber, asObjects, asString, nameOf } from '../../json';
import type { RawAlternative, RawLogprob, RawLogprobs, RawSpelling, TraceRow } from './rawTrace';

/** OpenAI's servers write -9999 for tokens outside the top twenty. */
const NOT_LISTED = -9000;
/**
 * A value above 0 by more than rounding is not a logarithm: some servers give the probability of a first token instead.
 */
const ROUNDING = 1e-6;

/** Nats; NaN if the file has no value, or an invalid one. */
function natsOf(value: unknown): number {
  const logprob = asNumber(value);
  if (logprob === undefined || logprob <= NOT_LISTED || logprob > ROUNDING) return NaN;
  return Math.min(logprob, 0);
}

/** A probability converted to nats. */
function natsOfShare(value: unknown): number {
  return natsOf(Math.log(asNumber(value) ?? NaN));
}

/** Sorted, most probable first, without entries that have no number. */
export function likeliestEntry(entries: readonly RawAlternative[]): RawAlternative[] {
  return entries
    .filter(({ logprob }) => !Number.isNaN(logprob))
    .sort((a, b) => b.logprob - a.logprob);
}

/**
 * The entries of an object from texts to log-probabilities, most probable first. Sorted by value, because JavaScript
 * moves keys such as "18" to the front.
 */
export function entriesOf(row: unknown): RawAlternative[] {
  const pairs = isObject(row) ? Object.entries(row) : [];
  return likeliestEntry(
    pairs.map(([text, logprob]) => ({ ...spelledBytes(text), logprob: natsOf(logprob) })),
  );
}

/** Entries of OpenAI's chat and Responses, of compatible servers, and of llama.cpp. */
export function openAiLogprobs(value: unknown, source: string): RawLogprobs[] {
  const entries = asObjects(value);
  if (entries.length === 0 || !entries.every(entry => 'token' in entry)) return [];
  const isSampled = entries.some(entry => 'prob' in entry || 'top_probs' in entry);
  const tokens = entries.map(entry => ({
    ...one(entry),
    top: likeliestEntry(asObjects(entry.top_logprobs ?? entry.top_probs).map(one)),
  }));
  return [{ source, space: isSampled ? 'sampled' : 'raw', tokens }];
}

function one(entry: TraceRow): RawAlternative {
  return { ...bytesOf(entry), logprob: logprobOf(entry) };
}

function logprobOf({ prob, logprob }: TraceRow): number {
  return prob === undefined ? natsOf(logprob) : natsOfShare(prob);
}

/** The bytes field if present, else the bytes of the text, which may contain escapes. */
function bytesOf({ bytes, token }: TraceRow): RawSpelling {
  const isTold = Array.isArray(bytes) && bytes.every(isByte);
  return isTold ? { bytes: Uint8Array.from(bytes) } : spelledBytes(asString(token) ?? '');
}

function isByte(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 0x100;
}

const ESCAPED = /((?:\\x[0-9a-fA-F]{2})+)/;
/** Completions name what they escape: `bytes:\xf0\x9f`, where a blank may be the token's own. */
const NAMED = /^bytes:( ?)((?:\\x[0-9a-fA-F]{2})+)$/;

/**
 * Some servers write tokens that split a character as `\xf0\x9f`, ` \xc3` or `bytes:\xf0\x9f`. The text decides whether
 * they do, or whether the token is spelled like that itself.
 */
export function spelledBytes(token: string): RawSpelling {
  const [, blank, named] = NAMED.exec(token) ?? [];
  const escapes = named ?? token;
  const bytes = unescaped(escapes);
  const literal = encodeUtf8(token);
  if (named === undefined && bytes.length === literal.length) return { bytes: literal };
  const otherBytes = blank ? [unescaped(` ${escapes}`), literal] : [literal];
  return { bytes, otherBytes };
}

function unescaped(token: string): Uint8Array {
  const bytes = token
    .split(ESCAPED)
    .map((piece, i) => (i % 2 ? hexBytes(piece) : encodeUtf8(piece)));
  return concatBytes(bytes);
}

/** Of `\xf0\x9f`. */
function hexBytes(escaped: string): Uint8Array {
  const bytes = escaped.match(/[0-9a-fA-F]{2}/g)!.map(digits => parseInt(digits, 16));
  // ASCII needs no escapes, so the text is literal, as in a program.
  return bytes.some(byte => byte >= 0x80) ? Uint8Array.from(bytes) : encodeUtf8(escaped);
}

/** The concatenated text of the tokens. */
export function textBy({ tokens }: Pick<RawLogprobs, 'tokens'>): string {
  return new TextDecoder().decode(concatBytes(tokens.map(({ bytes }) => bytes)));
}

/** OpenAI's older completions: parallel lists; llama.cpp lists what a chat completion has. */
export function completionLogprobs(value: unknown): RawLogprobs[] {
  if (!isObject(value)) return [];
  if (!Array.isArray(value.tokens) || !Array.isArray(value.token_logprobs))
    return openAiLogprobs(value.content, 'llama.cpp');
  const { token_logprobs: logprobs, top_logprobs: tops } = value as Record<string, unknown[]>;
  const tokens = (value.tokens as unknown[]).map((token, i): RawLogprob => ({
    ...spelledBytes(asString(token) ?? ''),
    logprob: natsOf(logprobs?.[i]),
    top: entriesOf(tops?.[i]),
  }));
  return [{ source: 'OpenAI completions', space: 'raw', tokens }];
}

/**
 * vLLM: for each token of the prompt, the most probable ones and the actual one, keyed by id. JSON parsing loses which
 * is the actual one; it is recovered from the prompt's ids or its text, or from the ranks if only the top token was
 * requested. Empty if it cannot be recovered.
 */
export function promptLogprobs(value: unknown, prompt?: string, ids?: unknown): RawLogprobs[] {
  if (!Array.isArray(value) || !value.some(isObject)) return [];
  // The first token has no entry.
  const from = value.findIndex(isObject);
  const places = value
    .slice(from)
    .map(entry => Object.entries(isObject(entry) ? entry : {}).flatMap(vllmEntry));
  const chosen =
    byIds(places, Array.isArray(ids) ? ids.slice(from) : []) ??
    (prompt === undefined ? byRank(places) : spelling(textsOf(places), prompt));
  if (!chosen) return [];
  const tokens = chosen.map((choice, i): RawLogprob => {
    return { ...places[i]![choice]!, top: likeliestEntry(places[i]!) };
  });
  if (prompt !== undefined) {
    const known = tokens.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const all = encodeUtf8(prompt);
    const bytes = all.slice(0, Math.max(0, all.length - known));
    if (bytes.length > 0) tokens.unshift({ bytes, logprob: NaN, top: [] });
  }
  return [{ source: 'vLLM prompt_logprobs', space: 'raw', tokens }];
}

interface VllmEntry extends RawAlternative {
  readonly id: string;
  readonly text: string;
  readonly rank: number;
}

function vllmEntry([id, entry]: [string, unknown]): VllmEntry[] {
  if (!isObject(entry)) return [];
  const text = asString(entry.decoded_token) ?? '';
  const logprob = natsOf(entry.logprob);
  return [{ id, text, bytes: encodeUtf8(text), logprob, rank: asNumber(entry.rank) ?? NaN }];
}

function textsOf(places: readonly (readonly VllmEntry[])[]): string[][] {
  return places.map(place => place.map(({ text }) => text));
}

function byIds(
  places: readonly (readonly VllmEntry[])[],
  ids: readonly unknown[],
): number[] | undefined {
  if (ids.length !== places.length) return undefined;
  const chosen = places.map((place, i) => place.findIndex(({ id }) => id === nameOf(ids[i])));
  return chosen.includes(-1) ? undefined : chosen;
}

/** The actual token is listed in addition to the top k if it is not one of them: for k = 1, it is the second entry. */
function byRank(places: readonly (readonly VllmEntry[])[]): number[] | undefined {
  if (places.some(({ length }) => length < 1 || length > 2)) return undefined;
  if (places.every(({ length }) => length === 2)) return undefined;
  const chosen = places.map(place => (place.length === 1 ? 0 : place.findIndex(e => e.rank > 1)));
  return chosen.includes(-1) ? undefined : chosen;
}

/** Ends that the tokens at one position may have: with more, the text cannot tell which token was written. */
const WAYS = 64;

/**
 * The choices at each position that together spell the end of the text: the first position may be inside it, after a
 * token without an entry.
 */
function spelling(places: readonly (readonly string[])[], text: string): number[] | undefined {
  // [position, from the last one]: keyed by the offset where its token begins, the choice and where it ends.
  const ways: Map<number, { choice: number; end: number }>[] = [];
  let ends = [text.length];
  for (const place of places.toReversed()) {
    const starts = new Map<number, { choice: number; end: number }>();
    for (const end of ends) {
      place.forEach((token, choice) => {
        if (text.endsWith(token, end)) starts.set(end - token.length, { choice, end });
      });
    }
    if (starts.size === 0 || starts.size > WAYS) return undefined;
    ways.push(starts);
    ends = [...starts.keys()];
  }
  let at = ends.reduce((least, start) => Math.min(least, start), Infinity);
  return ways.toReversed().map(starts => {
    const { choice, end } = starts.get(at)!;
    at = end;
    return choice;
  });
}

/** llama.cpp's older shape, whose probabilities are after sampling transformations. */
export function llamaCppLogprobs(value: unknown): RawLogprobs[] {
  const entries = asObjects(value);
  if (!entries.some(entry => 'probs' in entry)) {
    return openAiLogprobs(value, 'llama.cpp');
  }
  const tokens = entries.map((entry): RawLogprob => {
    const text = asString(entry.content) ?? '';
    const listed = asObjects(entry.probs);
    const top = listed.map(({ tok_str: other, prob }) => ({
      ...spelledBytes(asString(other) ?? ''),
      logprob: natsOfShare(prob),
    }));
    const own = listed.findIndex(({ tok_str: other }) => other === text);
    const logprob = top[own]?.logprob ?? NaN;
    return { ...spelledBytes(text), logprob, top: likeliestEntry(top) };
  });
  return [{ source: 'llama.cpp', space: 'sampled', tokens }];
}

export function geminiLogprobs(value: unknown): RawLogprobs[] {
  if (!isObject(value)) return [];
  const tops = asObjects(value.topCandidates);
  const read = ({ token, logProbability }: TraceRow) => ({
    bytes: encodeUtf8(asString(token) ?? ''),
    logprob: natsOf(logProbability),
  });
  const tokens = asObjects(value.chosenCandidates).map((chosen, i): RawLogprob => ({
    ...read(chosen),
    top: likeliestEntry(asObjects(tops[i]?.candidates).map(read)),
  }));
  return tokens.length > 0 ? [{ source: 'Gemini', space: 'raw', tokens }] : [];
}
