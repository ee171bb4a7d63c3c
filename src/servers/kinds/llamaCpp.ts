// llama.cpp's server scores no given text, but it can be made to write one: a grammar of token ids lets it write nothing
// else, and the log-probabilities that it reports are those of the raw softmax, before sampling and before the grammar.
// https://github.com/ggml-org/llama.cpp/tree/master/tools/server
import { asNumber, asObjects, asString, isObject } from '../../core/json';
import type { Tokenizer } from '../../core/tokenizer/tokenizer';
import { encodeUtf8 } from '../../core/text/utf8';
import type { SaidPiece } from '../alignPieces';
import type { Look } from '../look';
import type {
  Alternative,
  Recognised,
  SampleTask,
  ScoreTask,
  ServerKind,
  TokenRow,
} from '../server';
import type { ServerClient } from '../serverClient';
import { ALTERNATIVES, KnownServer, listOf, versionOf, type Facts } from './knownServer';

/** Tokens of the first request; later ones take about so long. */
const FIRST_CHUNK = 16;
const MOST_CHUNK = 512;
const CHUNK_MS = 1500;
/** As good as impossible: the server's number for a probability of 0. */
const LOWEST = -1e30;

const RAW = { temperature: 1, top_k: 0, top_p: 1, min_p: 0, cache_prompt: true, stream: false };

/** Where a request leaves these out, the flags of the server or the metadata of its file decide which token is drawn. */
const PLAIN_SAMPLING = {
  repeat_penalty: 1,
  presence_penalty: 0,
  frequency_penalty: 0,
  dry_multiplier: 0,
  xtc_probability: 0,
  typical_p: 1,
  mirostat: 0,
  dynatemp_range: 0,
  top_n_sigma: -1,
};

export const llamaCpp: ServerKind = {
  title: 'llama.cpp server',
  recognise({ props, model }: Look): Recognised | undefined {
    if (!props || !isObject(props.default_generation_settings)) return undefined;
    const path = asString(props.model_path) ?? '';
    const alias = asString(props.model_alias) || asString(model?.id) || path;
    const contextTokens = asNumber(props.default_generation_settings.n_ctx);
    const meta = isObject(model?.meta) ? model.meta : {};
    const facts = {
      model: alias,
      version: versionOf(props.build_info),
      contextTokens,
      vocabSize: asNumber(meta.n_vocab),
    };
    return {
      ...facts,
      sources: [path, alias].filter(Boolean),
      open: (client, tokenizer) => new LlamaCppServer(client, tokenizer, facts),
      pieces: (client, text, signal) => piecesOf(client, facts, text, signal),
    };
  },
};

/** What is asked of a tokenizer. */
type Spelling = Pick<Tokenizer, 'vocabSize' | 'bytesOf' | 'idOf'>;

class LlamaCppServer extends KnownServer {
  override readonly scoresParts = true;
  /** A token that the grammar can name, whatever it is: the server reports nothing of a token that splits a character. */
  private readonly plain: number;

  /** `onBytes` hears what the server says of the bytes of tokens that it lists. */
  constructor(
    client: ServerClient,
    private readonly tokenizer: Spelling,
    facts: Facts,
    private readonly onBytes?: (id: number, bytes: Uint8Array) => void,
  ) {
    super(client, tokenizer, facts);
    this.mostAlternatives = this.size;
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
    return this.checks.ids(tokens);
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
        throw this.checks.wrong('some tokens of the vocabulary are missing');
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
      ...PLAIN_SAMPLING,
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
        `it read ${String(evaluated)} of ${prompt.length} tokens: the text was truncated`,
      );
    const rows = asObjects(found);
    this.checks.count(rows.length, tokens.length);
    for (const { top_logprobs: top } of this.onBytes ? rows : [])
      for (const { id, bytes } of asObjects(top))
        if (typeof id === 'number') this.onBytes?.(id, Uint8Array.from(listOf(bytes), Number));
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

/** The server spells its tokens: what it needs of a tokenizer is there. */
async function piecesOf(
  client: ServerClient,
  facts: Facts,
  text: string,
  signal: AbortSignal | undefined,
): Promise<SaidPiece[]> {
  const spelled = async (content: string, special: boolean) => {
    const body = { content, add_special: special, parse_special: false, with_pieces: true };
    const { tokens } = await client.post('/tokenize', body, 0, signal);
    return asObjects(tokens).map(({ id, piece }) => ({
      id: typeof id === 'number' ? id : NaN,
      bytes: typeof piece === 'string' ? encodeUtf8(piece) : Uint8Array.from(listOf(piece), Number),
    }));
  };
  const tokens = await spelled(text, true);
  const [plain] = await spelled('a', false);
  if (!plain) throw client.unexpected('it returned no token for the letter "a"');
  const bytes = new Map([...tokens, plain].map(each => [each.id, each.bytes]));
  const spelling: Spelling = {
    vocabSize: facts.vocabSize ?? Infinity,
    bytesOf: id => bytes.get(id) ?? new Uint8Array(),
    idOf: () => plain.id,
  };
  const server = new LlamaCppServer(client, spelling, facts, (id, own) => bytes.set(id, own));
  const ids = Uint32Array.from(tokens, ({ id }) => id);
  const rows: TokenRow[] = [];
  if (ids.length > 1)
    await server.score({ ids, first: 1, topK: ALTERNATIVES }, signal, found => rows.push(...found));
  return tokens.map((token, i) => {
    const { logprob, top } = rows[i - 1] ?? { logprob: undefined, top: [] };
    const listed = top.slice(0, ALTERNATIVES);
    return {
      text: token.bytes,
      logprob,
      top: listed.map(({ id, logprob }) => ({ text: spelling.bytesOf(id), logprob })),
    };
  });
}

function isPlain(bytes: Uint8Array): boolean {
  return bytes.length > 0 && !decoded(bytes).includes('\ufffd');
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const decoded = (bytes: Uint8Array) => decoder.decode(bytes);

/** The id of a token of one letter, or of any other text. */
function firstPlain(tokenizer: Spelling): number {
  const letter = tokenizer.idOf('a');
  if (letter !== undefined) return letter;
  for (let id = 0; id < tokenizer.vocabSize; id++)
    if (/^[a-z]$/.test(decoded(tokenizer.bytesOf(id)))) return id;
  return 0;
}
