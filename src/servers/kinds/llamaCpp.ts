// llama.cpp's server scores no given text, but it can be made to write one: a grammar of token ids lets it write nothing
// else, and the log-probabilities that it reports are those of the raw softmax, before sampling and before the grammar.
// https://github.com/ggml-org/llama.cpp/tree/master/tools/server
import { asNumber, asObjects, asString, isObject } from '../../core/json';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { RowChecks } from '../checkRows';
import type { Look } from '../look';
import type {
  Alternative,
  Recognised,
  SampleTask,
  ScoreTask,
  Server,
  ServerKind,
  TokenRow,
} from '../server';
import type { ServerClient } from '../serverClient';

/** Alternatives that are asked for at least: entropies are bounded the better. */
const ALTERNATIVES = 20;
/** Tokens of the first request; later ones take about so long. */
const FIRST_CHUNK = 16;
const MOST_CHUNK = 512;
const CHUNK_MS = 1500;
/** As good as impossible: the server's number for a probability of 0. */
const LOWEST = -1e30;

const RAW = { temperature: 1, top_k: 0, top_p: 1, min_p: 0, cache_prompt: true, stream: false };

export const llamaCpp: ServerKind = {
  title: 'llama.cpp server',
  recognise({ props, model }: Look): Recognised | undefined {
    if (!props || !isObject(props.default_generation_settings)) return undefined;
    const path = asString(props.model_path) ?? '';
    const alias = asString(props.model_alias) || asString(model?.id) || path;
    const contextTokens = asNumber(props.default_generation_settings.n_ctx);
    const meta = isObject(model?.meta) ? model.meta : {};
    return {
      model: alias,
      version: asString(props.build_info) ?? 'version not stated',
      sources: [path, alias].filter(Boolean),
      open: (client, tokenizer) =>
        new LlamaCppServer(client, tokenizer, {
          model: alias,
          version: asString(props.build_info) ?? '',
          // One is left for what it writes.
          contextTokens: contextTokens === undefined ? undefined : Math.max(1, contextTokens - 1),
          vocabSize: asNumber(meta.n_vocab),
        }),
    };
  },
};

interface Facts {
  readonly model: string;
  readonly version: string;
  readonly contextTokens: number | undefined;
  readonly vocabSize: number | undefined;
}

class LlamaCppServer implements Server {
  readonly model: string;
  readonly version: string;
  readonly contextTokens: number | undefined;
  readonly vocabSize: number | undefined;
  readonly mostAlternatives: number;
  readonly givesRanks = false;
  readonly scoresParts = true;
  private readonly checks: RowChecks;
  /** A token that the grammar can name, whatever it is: the server reports nothing of a token that splits a character. */
  private readonly plain: number;

  constructor(
    private readonly client: ServerClient,
    private readonly tokenizer: Tokenizer,
    facts: Facts,
  ) {
    this.model = facts.model;
    this.version = facts.version;
    this.contextTokens = facts.contextTokens;
    this.vocabSize = facts.vocabSize;
    this.mostAlternatives = this.size;
    this.checks = new RowChecks(client, this.size);
    this.plain = firstPlain(tokenizer);
  }

  private get size(): number {
    return this.vocabSize ?? this.tokenizer.vocabSize;
  }

  async identity(signal?: AbortSignal): Promise<string> {
    const found = await this.client.get('/v1/models', signal);
    const [first] = asObjects(isObject(found) ? found.data : undefined);
    return JSON.stringify([first?.id, first?.meta]);
  }

  async tokenize(content: string, signal?: AbortSignal): Promise<number[]> {
    const body = { content, add_special: false, parse_special: false };
    const { tokens } = await this.client.post('/tokenize', body, 0, signal);
    return idsOf(tokens, this.checks);
  }

  async score(
    { ids, first, topK }: ScoreTask,
    signal: AbortSignal | undefined,
    onRows: (rows: readonly TokenRow[], first: number) => void,
  ): Promise<void> {
    let chunk = FIRST_CHUNK;
    for (let at = first; at < ids.length;) {
      const end = this.plainUntil(ids, at, Math.min(ids.length, at + chunk));
      if (end === at) {
        onRows([await this.splitting(ids, at, signal)], at);
        at++;
        continue;
      }
      const began = performance.now();
      onRows(await this.written(ids, at, end, Math.max(topK, ALTERNATIVES), signal), at);
      const wanted = ((end - at) * CHUNK_MS) / Math.max(1, performance.now() - began);
      chunk = Math.round(Math.min(MOST_CHUNK, Math.max(FIRST_CHUNK, wanted)));
      at = end;
    }
  }

  async distribution(prefix: Uint32Array, signal?: AbortSignal): Promise<Float32Array> {
    const row = new Float32Array(this.size).fill(NaN);
    const [found] = await this.ask(prefix, [this.plain], this.size, signal);
    const top = asObjects(found!.top_logprobs);
    this.checks.count(top.length, this.size);
    let mass = 0;
    for (const { id, logprob } of top) {
      const value = this.isZero(logprob) ? -Infinity : this.checks.logprob(logprob, 'of a token');
      if (typeof id !== 'number' || !Number.isNaN(row[id] ?? 0))
        throw this.checks.wrong('the tokens of the vocabulary are not all there');
      row[id] = value;
      mass += Math.exp(value);
    }
    if (Math.abs(mass - 1) > 1e-2)
      throw this.checks.wrong(`the probabilities of the vocabulary sum to ${mass.toFixed(4)}`);
    return row;
  }

  async sample(
    { prefix, seed, maxTokens, temperature, topP }: SampleTask,
    signal?: AbortSignal,
  ): Promise<Uint32Array> {
    const body = {
      ...RAW,
      prompt: [...prefix],
      n_predict: maxTokens,
      temperature,
      top_p: topP,
      seed,
      return_tokens: true,
    };
    const { tokens } = await this.client.post('/completion', body, prefix.length, signal);
    return this.checks.written(tokens);
  }

  /** The end of the run of tokens from `at` on that a grammar can name. */
  private plainUntil(ids: Uint32Array, at: number, end: number): number {
    let until = at;
    while (until < end && isPlain(this.tokenizer.bytesOf(ids[until]!))) until++;
    return until;
  }

  /** Rows of tokens [at, end), which the server is made to write. */
  private async written(
    ids: Uint32Array,
    at: number,
    end: number,
    count: number,
    signal: AbortSignal | undefined,
  ): Promise<TokenRow[]> {
    const tokens = [...ids.subarray(at, end)];
    const found = await this.ask(ids.subarray(0, at), tokens, count, signal);
    return found.map(({ id, logprob, top_logprobs }, i) =>
      this.checks.row(tokens[i]!, id, logprob, undefined, this.likeliestOf(top_logprobs, count)),
    );
  }

  /** The row of a token that splits a character: it is looked up in the whole vocabulary. */
  private async splitting(
    ids: Uint32Array,
    at: number,
    signal: AbortSignal | undefined,
  ): Promise<TokenRow> {
    const row = await this.distribution(ids.subarray(0, at), signal);
    const top = Array.from(row, (logprob, id) => ({ id, logprob }))
      .filter(({ logprob }) => logprob > -Infinity)
      .sort((a, b) => b.logprob - a.logprob);
    const id = ids[at]!;
    return this.checks.row(id, id, row[id], undefined, top);
  }

  private async ask(
    prompt: Uint32Array,
    tokens: readonly number[],
    count: number,
    signal: AbortSignal | undefined,
  ) {
    const body = {
      ...RAW,
      prompt: [...prompt],
      grammar: `root ::= ${tokens.map(id => `<[${id}]>`).join(' ')}`,
      n_predict: tokens.length,
      n_probs: count,
      post_sampling_probs: false,
    };
    const answer = await this.client.post(
      '/completion',
      body,
      prompt.length + tokens.length,
      signal,
    );
    const { completion_probabilities: found, tokens_evaluated: evaluated, truncated } = answer;
    if (truncated === true || (typeof evaluated === 'number' && evaluated !== prompt.length))
      throw this.checks.wrong(
        `it computed ${String(evaluated)} tokens of ${prompt.length}: the text was cut`,
      );
    const rows = asObjects(found);
    this.checks.count(rows.length, tokens.length);
    return rows;
  }

  private likeliestOf(value: unknown, count: number): Alternative[] {
    const all = asObjects(value);
    this.checks.listed(all.length, count);
    const found = all.filter(({ logprob }) => !this.isZero(logprob));
    return found.map(({ id, logprob }) => ({ id: id as number, logprob: logprob as number }));
  }

  private isZero(logprob: unknown): boolean {
    return logprob === null || (typeof logprob === 'number' && logprob < LOWEST);
  }
}

function idsOf(value: unknown, checks: RowChecks): number[] {
  const ids: unknown[] = Array.isArray(value) ? value : [];
  return ids.map(id => {
    if (typeof id === 'number' && Number.isInteger(id) && id >= 0) return id;
    throw checks.wrong(`${JSON.stringify(id)} is no id of a token`);
  });
}

function isPlain(bytes: Uint8Array): boolean {
  return bytes.length > 0 && !decoded(bytes).includes('\ufffd');
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const decoded = (bytes: Uint8Array) => decoder.decode(bytes);

/** The id of a token of one letter, or of any other text. */
function firstPlain(tokenizer: Tokenizer): number {
  const letter = tokenizer.idOf('a');
  if (letter !== undefined) return letter;
  for (let id = 0; id < tokenizer.vocabSize; id++)
    if (/^[a-z]$/.test(decoded(tokenizer.bytesOf(id)))) return id;
  return 0;
}
